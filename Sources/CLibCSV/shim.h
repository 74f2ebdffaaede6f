#include <csv.h>
#include <stdint.h>
#include <string.h>

/* What plain Swift has no instruction for. */

typedef unsigned char csv_bytes16 __attribute__((ext_vector_type(16)));
typedef _Bool csv_bits16 __attribute__((ext_vector_type(16)));

/* A bit for each byte, all of whose bits are equal. */
static inline uint16_t csv_bits_of_bytes(csv_bytes16 bytes) {
  csv_bits16 bits = __builtin_convertvector(bytes, csv_bits16);
  uint16_t word;
  memcpy(&word, &bits, sizeof word);
  return word;
}

static inline csv_bytes16 csv_lesser_bytes(csv_bytes16 a, csv_bytes16 b) {
  return __builtin_elementwise_min(a, b);
}
