/* Base64 in blocks of 32 characters, where the processor can; a part of
 * document/base64. */
#ifndef DRAY_DOCUMENT_BASE64_WIDE_H
#define DRAY_DOCUMENT_BASE64_WIDE_H

#include <stddef.h>

/* Decodes whole blocks from the start of `s`, up to the first that holds anything but
 * characters of the alphabet; gives the characters taken, 0 where the processor cannot.
 * `o` has room for what all of `s` decodes to: what was taken never fills it, and bytes
 * behind its result may be written. */
size_t base64_wide(const unsigned char *s, size_t len, unsigned char *o);

#endif
