import Foundation

/// Tests/Golden/conversations/examples.json: conversations in which nothing is left to chance, and every
/// call that they must make.
public struct ConversationExamples: Decodable {
  public struct Example: Decodable {
    /// A row as an array.
    struct Row: Decodable {
      var row: ScriptedRow

      init(from decoder: any Decoder) throws {
        var values = try decoder.unkeyedContainer()
        let kind = try values.decode(String.self)
        let target = try values.decode(String.self)
        let start = try values.decode(Double.self)
        row = ScriptedRow(
          kind: kind, target: target, start: Int((start * 1e6).rounded()),
          prompt: try values.decode(Int.self))
        row.read = try values.decode(Int.self)
        row.short = try values.decode(Int.self)
        row.long = try values.decode(Int.self)
        row.fresh = try values.decode(Int.self)
        row.output = try values.decode(Int.self)
        row.cost = try values.decode(Int.self)
      }
    }

    public var name: String
    public var models: [String: ScriptedModel]?
    public var conversations: [ScriptedConversation]
    var expect: [Row]

    public var rows: [ScriptedRow] { expect.map(\.row) }
  }

  public var models: [String: ScriptedModel]
  public var examples: [Example]

  public static func read() throws -> ConversationExamples {
    let tests = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let data = try Data(contentsOf: tests.appending(path: "Golden/conversations/examples.json"))
    return try JSONDecoder().decode(ConversationExamples.self, from: data)
  }

  /// An example with the models as it changes them.
  public func traffic(of example: Example) -> ScriptedTraffic {
    var models = models
    for (name, change) in example.models ?? [:] { models[name]?.take(change) }
    return ScriptedTraffic(models: models, conversations: example.conversations)
  }
}
