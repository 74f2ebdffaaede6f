/// What a call of a conversation is for, as logs name it.
package enum TraceCallKind: String, CaseIterable, Sendable {
  case answer, tool, compaction

  /// nil: not told, or another word.
  package init?(_ key: UInt64) {
    guard let kind = Self.keys.first(where: { $0.key == key })?.kind else { return nil }
    self = kind
  }

  private static let keys = allCases.map { kind in
    (key: Array(kind.rawValue.utf8).withUnsafeBufferPointer(ByteKey.key), kind: kind)
  }
}
