import Foundation
import ReferenceEngine
import Testing

/// The worked examples of docs/semantics.md, "Conversations": every call of every one.
@Suite struct ConversationExampleTests {
  struct File: Decodable {
    struct Example: Decodable {
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

      var name: String
      var models: [String: ScriptedModel]?
      var conversations: [ScriptedConversation]
      var expect: [Row]
    }

    var models: [String: ScriptedModel]
    var examples: [Example]

    static func read() throws -> File {
      let tests = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
      let data = try Data(contentsOf: tests.appending(path: "Golden/conversations/examples.json"))
      return try JSONDecoder().decode(File.self, from: data)
    }

    func traffic(of example: Example) -> ScriptedTraffic {
      var models = models
      for (name, change) in example.models ?? [:] { models[name]?.take(change) }
      return ScriptedTraffic(models: models, conversations: example.conversations)
    }
  }

  @Test func everyCallOfEveryExampleIsAsExpected() throws {
    let file = try File.read()
    #expect(file.examples.count == 28)
    #expect(file.examples.map(\.expect.count).reduce(0, +) == 93)
    for example in file.examples {
      let traffic = file.traffic(of: example)
      let expected = example.expect.map(\.row)
      #expect(ConversationPlayer.rows(of: traffic) == expected, "\(example.name)")
      #expect(ReferenceConversations.rows(of: traffic) == expected, "\(example.name), reference")
    }
  }
}
