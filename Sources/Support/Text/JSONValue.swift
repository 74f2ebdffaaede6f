/// A JSON document whose keys keep their order, so that the same content gives the same bytes.
/// There are no floating-point numbers: decimals are strings, as spreadsheets and `jq` need them.
package indirect enum JSONValue: Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  /// Decimal digits as they are, for formats of others that take no text for a number.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([(String, JSONValue)])

  package static func optional<Value>(_ value: Value?, _ json: (Value) -> JSONValue) -> JSONValue {
    value.map(json) ?? .null
  }

  /// Indented text with a final line end.
  package var text: String {
    var text = ""
    append(to: &text, indent: 0)
    return text + "\n"
  }

  private func append(to text: inout String, indent: Int) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let digits): text += digits
    case .string(let value): text += QuotedText.quoted(value)
    case .array(let items):
      Self.appendBlock(items, "[", "]", to: &text, indent: indent) { item, text in
        item.append(to: &text, indent: indent + 2)
      }
    case .object(let members):
      Self.appendBlock(members, "{", "}", to: &text, indent: indent) { member, text in
        text += QuotedText.quoted(member.0) + ": "
        member.1.append(to: &text, indent: indent + 2)
      }
    }
  }

  private static func appendBlock<Item>(
    _ items: [Item], _ open: String, _ close: String, to text: inout String, indent: Int,
    _ body: (Item, inout String) -> Void
  ) {
    guard !items.isEmpty else {
      text += open + close
      return
    }
    let margin = String(repeating: " ", count: indent)
    text += open
    for (index, item) in items.enumerated() {
      text += (index > 0 ? "," : "") + "\n" + margin + "  "
      body(item, &text)
    }
    text += "\n" + margin + close
  }
}
