import ReferenceEngine
import Testing

/// The library's conversations and prompt cache against a slow and obvious reference.
@Suite struct ConversationReferenceTests {
  private static let seed: UInt64 = 20_261_130

  private static func traffic(_ count: Int) -> [ScriptedTraffic] {
    var random = RandomConversations(seed: seed)
    return (0..<count).map { _ in random.traffic() }
  }

  @Test func twoThousandRandomTrafficsAgreeCallByCall() {
    var rows = 0
    var kinds: [String: Int] = [:]
    for (number, traffic) in Self.traffic(2_000).enumerated() {
      let expected = ReferenceConversations.rows(of: traffic)
      let found = ConversationPlayer.rows(of: traffic)
      rows += expected.count
      for row in expected { kinds[row.target == "-" ? "-" : row.kind, default: 0] += 1 }
      for row in found {
        #expect(row.read + row.short + row.long + row.fresh == row.prompt || row.target == "-")
      }
      guard found != expected else { continue }
      let place = zip(found, expected).enumerated().first { $1.0 != $1.1 }?.offset ?? -1
      Issue.record(
        """
        traffic \(number), row \(place): \(place < 0 ? "\(found.count)" : "\(found[place])") \
        instead of \(place < 0 ? "\(expected.count)" : "\(expected[place])")
        """)
      return
    }
    // All that may happen does.
    #expect(rows > 20_000)
    for kind in ["answer", "tool", "compaction", "-"] { #expect(kinds[kind, default: 0] > 200) }
  }

  /// Every deliberate error of the reference is noticed.
  @Test(arguments: ConversationFault.allCases)
  func aFaultIsNoticed(_ fault: ConversationFault) {
    let isNoticed = Self.traffic(300).contains { traffic in
      ReferenceConversations.rows(of: traffic, fault: fault) != ConversationPlayer.rows(of: traffic)
    }
    #expect(isNoticed)
  }
}
