/* Who sits at the keyboard. */
#include "base/person.h"

#include <pwd.h>
#include <stdio.h>
#include <sys/types.h>
#include <unistd.h>

void person_name(char out[PERSON_NAME])
{
    struct passwd entry, *found = NULL;
    char texts[4096];

    if (getlogin_r(out, PERSON_NAME) == 0 && out[0] != '\0')
        return;
    if (getpwuid_r(getuid(), &entry, texts, sizeof texts, &found) == 0 && found != NULL)
        snprintf(out, PERSON_NAME, "%s", found->pw_name);
    else
        snprintf(out, PERSON_NAME, "uid %lld", (long long)getuid());
}
