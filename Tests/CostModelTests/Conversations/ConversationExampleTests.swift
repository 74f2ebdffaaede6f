import ReferenceEngine
import Testing

/// The worked examples of docs/semantics.md, "Conversations": every call of every one.
@Suite struct ConversationExampleTests {
  @Test func everyCallOfEveryExampleIsAsExpected() throws {
    let file = try ConversationExamples.read()
    #expect(file.examples.count == 28)
    #expect(file.examples.map(\.rows.count).reduce(0, +) == 93)
    for example in file.examples {
      let traffic = file.traffic(of: example)
      let expected = example.rows
      #expect(ConversationPlayer.rows(of: traffic) == expected, "\(example.name)")
      #expect(ReferenceConversations.rows(of: traffic) == expected, "\(example.name), reference")
    }
  }
}
