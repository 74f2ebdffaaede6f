#include "LogJSON.h"

#include <cstring>
#include <simdjson.h>
#include <vector>

using namespace simdjson;

struct lj_parser {
  ondemand::parser parser;
  std::vector<lj_node> nodes;
};

namespace {

/// Documents nested deeper are refused.
constexpr int deepest = 512;

class Walk {
public:
  Walk(std::vector<lj_node> &nodes, const char *start, size_t length)
      : nodes(nodes), start(start), end(start + length) {}

  /// A value under a key, whose text begins at `key`, behind its quote.
  template <typename Value> error_code add(Value &value, const char *key, int depth) {
    if (depth > deepest) return DEPTH_ERROR;
    ondemand::json_type type;
    SIMDJSON_TRY(value.type().get(type));
    size_t place = nodes.size();
    nodes.push_back(lj_node{});
    if (key) {
      nodes[place].key = uint32_t(key - start);
      nodes[place].key_length = uint32_t(closing(key) - key);
    }
    switch (type) {
    case ondemand::json_type::array: SIMDJSON_TRY(array(value, place, depth)); break;
    case ondemand::json_type::object: SIMDJSON_TRY(object(value, place, depth)); break;
    default: SIMDJSON_TRY(scalar(value, type, place)); break;
    }
    nodes[place].next = uint32_t(nodes.size());
    return SUCCESS;
  }

private:
  std::vector<lj_node> &nodes;
  const char *start;
  const char *end;

  /// The quote that ends the text.
  const char *closing(const char *text) const {
    while (text < end && *text != '"') text += *text == '\\' ? 2 : 1;
    return text < end ? text : end;
  }

  template <typename Value> error_code array(Value &value, size_t place, int depth) {
    nodes[place].kind = LJ_ARRAY;
    ondemand::array items;
    SIMDJSON_TRY(value.get_array().get(items));
    for (auto item : items) {
      ondemand::value child;
      SIMDJSON_TRY(item.get(child));
      SIMDJSON_TRY(add(child, nullptr, depth + 1));
    }
    return SUCCESS;
  }

  template <typename Value> error_code object(Value &value, size_t place, int depth) {
    nodes[place].kind = LJ_OBJECT;
    ondemand::object fields;
    SIMDJSON_TRY(value.get_object().get(fields));
    for (auto item : fields) {
      ondemand::field field;
      SIMDJSON_TRY(std::move(item).get(field));
      const char *key = field.key().raw();
      ondemand::value child = field.value();
      SIMDJSON_TRY(add(child, key, depth + 1));
    }
    return SUCCESS;
  }

  template <typename Value>
  error_code scalar(Value &value, ondemand::json_type type, size_t place) {
    std::string_view token;
    SIMDJSON_TRY(raw(value, token));
    while (!token.empty() && strchr(" \t\r\n", token.back())) token.remove_suffix(1);
    lj_node &node = nodes[place];
    switch (type) {
    case ondemand::json_type::string:
      if (token.size() < 2) return STRING_ERROR;
      node.kind = LJ_STRING;
      token = token.substr(1, token.size() - 2);
      break;
    case ondemand::json_type::number: node.kind = LJ_NUMBER; break;
    case ondemand::json_type::boolean:
      if (token != "true" && token != "false") return INCORRECT_TYPE;
      node.kind = token == "true" ? LJ_TRUE : LJ_FALSE;
      break;
    default:
      if (token != "null") return INCORRECT_TYPE;
      node.kind = LJ_NULL;
    }
    node.text = uint32_t(token.data() - start);
    node.text_length = uint32_t(token.size());
    return SUCCESS;
  }

  error_code raw(ondemand::value &value, std::string_view &token) {
    token = value.raw_json_token();
    // The token is consumed by asking for it as what it is.
    ondemand::json_type type;
    SIMDJSON_TRY(value.type().get(type));
    return SUCCESS;
  }

  error_code raw(ondemand::document &document, std::string_view &token) {
    return document.raw_json_token().get(token);
  }
};

} // namespace

lj_parser *lj_create(void) { return new lj_parser(); }

void lj_free(lj_parser *parser) { delete parser; }

const char *lj_parse(lj_parser *parser, const char *bytes, size_t length, size_t capacity,
                     const lj_node **nodes, size_t *count) {
  parser->nodes.clear();
  ondemand::document document;
  auto error = parser->parser.iterate(padded_string_view(bytes, length, capacity)).get(document);
  if (!error) {
    Walk walk(parser->nodes, bytes, length);
    error = walk.add(document, nullptr, 0);
  }
  if (error) return error_message(error);
  *nodes = parser->nodes.data();
  *count = parser->nodes.size();
  return nullptr;
}
