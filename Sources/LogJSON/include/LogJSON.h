#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What a node of a document is.
enum {
  LJ_NULL = 0,
  LJ_FALSE = 1,
  LJ_TRUE = 2,
  LJ_NUMBER = 3,
  LJ_STRING = 4,
  LJ_ARRAY = 5,
  LJ_OBJECT = 6
};

/// A node; places are counted from the document's first byte. Texts are as they are written, without
/// their quotes; arrays and objects have none.
typedef struct {
  uint32_t kind;
  /// The node behind this one and all that it holds.
  uint32_t next;
  uint32_t key, key_length;
  uint32_t text, text_length;
} lj_node;

typedef struct lj_parser lj_parser;

lj_parser *lj_create(void);
void lj_free(lj_parser *parser);

/// Parses one document of `length` bytes, behind which `capacity - length` (at least 64) bytes may be
/// read. The nodes belong to the parser, until the next document. NULL, or what is wrong.
const char *lj_parse(lj_parser *parser, const char *bytes, size_t length, size_t capacity,
                     const lj_node **nodes, size_t *count);

#ifdef __cplusplus
}
#endif
