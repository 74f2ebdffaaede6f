#include <csv.h>
#include <stddef.h>
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

/* What a search of CSV text has found. */
typedef struct {
  /* Separators, and how many of them are line ends. */
  size_t count, lines;
  _Bool has_suspects;
} csv_found;

#if defined(__x86_64__)

#define CSV_FAST __attribute__((target("avx2,bmi,popcnt")))
typedef short csv_shorts16 __attribute__((ext_vector_type(16)));
typedef char csv_bytes32 __attribute__((ext_vector_type(32)));
typedef unsigned long long csv_words4 __attribute__((ext_vector_type(4)));

/* Whether this processor has the instructions that the functions below are made of. */
static inline _Bool csv_is_fast(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi")
      && __builtin_cpu_supports("popcnt");
}

/* Searches 64 bytes at a time, the last of them beyond the text. Writes where each separator's next
   byte is; up to eight more places are overwritten. Suspects are quotes, carriage returns and NULs. */
CSV_FAST static inline csv_found csv_find(
    const uint8_t *text, size_t length, uint8_t delimiter, uint32_t *next) {
  const csv_bytes32 line_end = (csv_bytes32)'\n', separator = (csv_bytes32)(char)delimiter;
  /* By a byte's low four bits, the suspect that it may be; 0 is taken for bytes above 127. */
  const csv_bytes32 suspect = {0, 0, '"', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '\r', 0, 0,
                               0, 0, '"', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '\r', 0, 0};
  const csv_bytes32 none = (csv_bytes32)'\0';
  csv_bytes32 suspects = none;
  csv_words4 lines = (csv_words4)0ULL;
  uint32_t *last = next;
  for (size_t offset = 0; offset < length;) {
    /* Line ends by byte of the vector, of which 4 kB hold no more than 128. */
    csv_bytes32 ends = none;
    size_t end = length - offset < 4096 ? length : offset + 4096;
    for (; offset < end; offset += 64) {
      uint64_t rest = 0;
#pragma unroll
      for (size_t half = 0; half < 64; half += 32) {
        csv_bytes32 bytes;
        memcpy(&bytes, text + offset + half, sizeof bytes);
        csv_bytes32 is_end = bytes == line_end;
        ends -= is_end;
        suspects |= bytes == (csv_bytes32)__builtin_ia32_pshufb256(suspect, bytes);
        int bits = __builtin_ia32_pmovmskb256(is_end | (bytes == separator));
        rest |= (uint64_t)(uint32_t)bits << half;
      }
      uint32_t *place = last;
      last += __builtin_popcountll(rest);
      /* Eight at a time, since guessing how many there are costs more than writing too many. */
      do {
#pragma unroll
        for (int index = 0; index < 8; index++, rest &= rest - 1) {
          place[index] = (uint32_t)offset + 1 + (rest ? (uint32_t)__builtin_ctzll(rest) : 64);
        }
        place += 8;
      } while (place < last);
    }
    lines += (csv_words4)__builtin_ia32_psadbw256(ends, none);
  }
  csv_found found = {(size_t)(last - next), (size_t)__builtin_reduce_add(lines),
                     __builtin_ia32_pmovmskb256(suspects) != 0};
  return found;
}

/* Reads numbers of one to eight digits, four rows at a time, from the fields that begin at every
   width-th bound; writes them, times a factor, stride bytes apart, and adds them to the sum. Stops
   before four rows one of which has something else; returns how many it has read. */
CSV_FAST static inline size_t csv_numbers(
    const uint8_t *text, const uint32_t *bounds, size_t width, size_t rows, uint32_t factor,
    uint8_t *target, size_t stride, int64_t *sum) {
  const csv_words4 half = (csv_words4)0xFFFFFFFFULL;
  /* What the digits of a pair, and pairs of four digits, are multiplied with. */
  const csv_bytes32 ten_one = (csv_bytes32)(csv_words4)0x010A010A010A010AULL;
  const csv_shorts16 hundred_one = (csv_shorts16)(csv_words4)0x0001006400010064ULL;
  csv_words4 total = (csv_words4)0ULL;
  size_t row = 0;
  for (; row + 4 <= rows; row += 4) {
    csv_words4 places, words;
#pragma unroll
    for (int index = 0; index < 4; index++, bounds += width) {
      uint64_t place, word;
      memcpy(&place, bounds, sizeof place);
      memcpy(&word, text + *bounds, sizeof word);
      places[index] = place;
      words[index] = word;
    }
    /* The length less one, and digits with zeros before them. */
    csv_words4 last = (places >> 32) - (places & half) - 2;
    csv_bytes32 digits = (csv_bytes32)__builtin_ia32_psllv4di(
        words ^ 0x3030303030303030ULL, (last ^ 7) << 3);
    csv_words4 odd = (csv_words4)(((digits + (char)6) | digits) & (char)0xF0) | (last & ~7ULL);
    if (!__builtin_ia32_ptestz256(odd, odd)) break;
    csv_shorts16 pairs = __builtin_ia32_pmaddubsw256(digits, ten_one);
    csv_words4 fours = (csv_words4)__builtin_ia32_pmaddwd256(pairs, hundred_one);
    csv_words4 numbers = (fours & half) * 10000 + (fours >> 32);
    numbers = (numbers & half) * factor;
    total += numbers;
#pragma unroll
    for (int index = 0; index < 4; index++, target += stride) {
      uint64_t number = numbers[index];
      memcpy(target, &number, sizeof number);
    }
  }
  *sum += (int64_t)__builtin_reduce_add(total);
  return row;
}

#endif
