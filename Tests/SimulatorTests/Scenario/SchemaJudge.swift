import Foundation
import Testing

@testable import Support

/// Judges YAML by the few keywords of JSON Schema that the shipped schemas use.
struct SchemaJudge {
  private let root: [String: Any]

  init(file: String) throws {
    let data = try Data(contentsOf: RepositoryFiles.root.appendingPathComponent(file))
    root = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  /// The properties of a definition; nil: of the root.
  func keys(of name: String?) -> Set<String> {
    let definition = name.map { definitions[$0] as? [String: Any] ?? [:] } ?? root
    return Set((definition["properties"] as? [String: Any] ?? [:]).keys)
  }

  /// What is wrong; empty if the schema takes it.
  func judge(_ node: YAMLNode) -> [String] { judge(node, root, "$") }

  private var definitions: [String: Any] { root["$defs"] as? [String: Any] ?? [:] }

  private func judge(_ node: YAMLNode, _ schema: [String: Any], _ path: String) -> [String] {
    if let reference = schema["$ref"] as? String {
      let name = reference.dropFirst("#/$defs/".count).replacing("%20", with: " ")
      guard let definition = definitions[String(name)] as? [String: Any] else {
        return ["\(path): no definition '\(name)'"]
      }
      return judge(node, definition, path)
    }
    if let options = schema["anyOf"] as? [[String: Any]] {
      let isTaken = options.contains { judge(node, $0, path).isEmpty }
      return isTaken ? [] : ["\(path): none of the alternatives"]
    }
    return judgeType(node, schema, path) + judgeScalar(node, schema, path)
      + judgeMembers(node, schema, path)
  }

  private func judgeType(_ node: YAMLNode, _ schema: [String: Any], _ path: String) -> [String] {
    let types = schema["type"] as? [String] ?? (schema["type"] as? String).map { [$0] } ?? []
    guard !types.isEmpty else { return [] }
    return types.contains { Self.types(node).contains($0) } ? [] : ["\(path): not \(types)"]
  }

  /// What JSON Schema calls the node, by the YAML 1.2 core schema.
  private static func types(_ node: YAMLNode) -> Set<String> {
    switch node.content {
    case .mapping: return ["object"]
    case .sequence: return ["array"]
    case .scalar(let text, let plain):
      guard plain else { return ["string"] }
      if node.isNull { return ["null"] }
      if ["true", "false"].contains(text) { return ["boolean"] }
      if text.wholeMatch(of: /[-+]?[0-9]+/) != nil { return ["integer", "number"] }
      if text.wholeMatch(of: /[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?/) != nil {
        return ["number"]
      }
      return ["string"]
    }
  }

  private func judgeScalar(_ node: YAMLNode, _ schema: [String: Any], _ path: String) -> [String] {
    guard case .scalar(let text, _) = node.content else {
      return schema["enum"] == nil && schema["const"] == nil ? [] : ["\(path): not a word"]
    }
    var problems: [String] = []
    if let words = schema["enum"] as? [Any], !words.contains(where: { "\($0)" == text }) {
      problems.append("\(path): '\(text)' is not one of \(words)")
    }
    if let value = schema["const"], "\(value)" != text { problems.append("\(path): not \(value)") }
    if let pattern = schema["pattern"] as? String,
      text.range(of: pattern, options: .regularExpression) == nil
    {
      problems.append("\(path): '\(text)' does not match")
    }
    if let minimum = schema["minimum"] as? Double, let value = Double(text), value < minimum {
      problems.append("\(path): below \(minimum)")
    }
    if let maximum = schema["maximum"] as? Double, let value = Double(text), value > maximum {
      problems.append("\(path): above \(maximum)")
    }
    return problems
  }

  private func judgeMembers(_ node: YAMLNode, _ schema: [String: Any], _ path: String) -> [String] {
    switch node.content {
    case .scalar: return []
    case .sequence(let items):
      guard let item = schema["items"] as? [String: Any] else { return [] }
      return items.enumerated().flatMap { judge($0.element, item, "\(path)[\($0.offset)]") }
    case .mapping(let entries):
      let properties = schema["properties"] as? [String: Any] ?? [:]
      var problems: [String] = []
      for key in schema["required"] as? [String] ?? [] where node[key] == nil {
        problems.append("\(path): '\(key)' is missing")
      }
      for entry in entries {
        let place = "\(path).\(entry.key)"
        if let property = properties[entry.key] as? [String: Any] {
          problems += judge(entry.value, property, place)
        } else if let other = schema["additionalProperties"] as? [String: Any] {
          problems += judge(entry.value, other, place)
        } else if schema["additionalProperties"] as? Bool == false {
          problems.append("\(place): unknown")
        }
      }
      return problems
    }
  }
}
