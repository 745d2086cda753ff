/* What was reported already: a report that is repeated changes nothing (design 9). */
#ifndef DRAY_STORE_TOLD_H
#define DRAY_STORE_TOLD_H

#include "base/digest.h"
#include "store/store.h"

enum told {
    TOLD_NEW,  /* never heard before; it is remembered now */
    TOLD_SAME, /* heard before, word for word */
    TOLD_OTHER /* heard before with other content; what is remembered stays */
};

/* `key` is what makes a report itself, `content` all that it says. It is remembered for
 * as long as it is told again, and some time after (store/prune.h). */
enum err told_put(struct store *s, const struct digest *key, const struct digest *content,
                  enum told *told, struct fault *f);

#endif
