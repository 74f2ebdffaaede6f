import Support

/// Writes a piece of YAML: short parts on one line, long ones in lines of their own.
package enum NodeText {
  private static let width = 88

  /// The lines of a mapping or list.
  package static func lines(_ node: YAMLNode) -> [String] {
    switch node.content {
    case .scalar: [flow(node)]
    case .sequence(let items):
      items.flatMap { item -> [String] in
        let short = flow(item)
        if short.count <= width { return ["- " + short] }
        let inner = lines(item)
        return zip(inner, inner.indices).map { ($1 == 0 ? "- " : "  ") + $0 }
      }
    case .mapping(let entries):
      entries.filter { !$0.value.isNull }.flatMap { entry -> [String] in
        let key = scalar(entry.key) + ":"
        let short = flow(entry.value)
        if key.count + short.count < width || isScalar(entry.value) { return [key + " " + short] }
        return [key] + lines(entry.value).map { "  " + $0 }
      }
    }
  }

  private static func isScalar(_ node: YAMLNode) -> Bool {
    if case .scalar = node.content { return true }
    return false
  }

  private static func flow(_ node: YAMLNode) -> String {
    switch node.content {
    case .scalar(let text, let plain): plain && node.isNull ? "null" : scalar(text)
    case .sequence(let items): "[" + items.map(flow).joined(separator: ", ") + "]"
    case .mapping(let entries):
      "{"
        + entries.filter { !$0.value.isNull }.map { "\(scalar($0.key)): \(flow($0.value))" }
        .joined(separator: ", ") + "}"
    }
  }

  /// Quoted unless it reads as itself.
  package static func scalar(_ text: String) -> String {
    let isPlain =
      text.wholeMatch(of: /[A-Za-z0-9_$.\/][A-Za-z0-9_$.\/%()+@ -]*/) != nil
      && text.last != " " && text != "null"
    return isPlain ? text : QuotedText.quoted(text)
  }
}
