import Testing

@testable import Support

/// What is proposed in place of a model's name that nobody knows.
@Suite struct NearestNameTests {
  private static let known = [
    "azure/gpt-4o", "azure/gpt-4o-mini", "bedrock/claude-haiku-4-5", "claude-haiku-4-5", "gpt-4o",
    "gpt-4o-mini", "vertex/claude-haiku-4-5",
  ]

  /// Of equally near names a cloud's copy comes last, unless the name itself is that cloud's.
  @Test(arguments: [
    ("claude-hiku-4-5", "claude-haiku-4-5"), ("claude-haiku-4-6", "claude-haiku-4-5"),
    ("gpt-4o-min", "gpt-4o-mini"), ("openrouter/openai/gpt-4o", "gpt-4o"),
    ("azure/gpt-4o-min", "azure/gpt-4o-mini"),
    ("vertex/claude-haiku-4-6", "vertex/claude-haiku-4-5"),
  ])
  func aCloudsCopyIsProposedToItsOwnNames(typed: String, expected: String) {
    #expect(NearestName.model(to: typed, among: Self.known) == expected)
    #expect(NearestName.model(to: typed, among: Self.known.reversed()) == expected)
  }
}
