import Simulator

/// Sessions whose records tell totals that grow (Codex): a request is the last one's usage, or what the
/// totals grew by. The session and the model stand in records of their own, in front.
package final class GrowingTotals {
  private unowned let decoder: RowDecoder
  private var session: String?
  private var model: String?
  private var last: [LogQuantity: Int64] = [:]

  package init(decoder: RowDecoder) { self.decoder = decoder }

  private static let kinds: [(LogQuantity, String)] = [
    (.inputTokens, "input_tokens"), (.cachedInputTokens, "cached_input_tokens"),
    (.outputTokens, "output_tokens"), (.reasoningTokens, "reasoning_output_tokens"),
  ]

  func read(_ record: SourceRecord, _ index: RecordIndex, into row: LogRow) {
    row.calling = .no
    func text(_ path: String) -> String? { record.told(LogPath(path))?.text }
    switch text("type") {
    case "session_meta":
      let begun = text("payload/id") ?? session
      if begun != session { last = [:] }
      session = begun
    case "turn_context": model = text("payload/model") ?? model
    default: break
    }
    guard text("payload/type") == "token_count",
      let total = number(record, "payload/info/total_token_usage/total_tokens")
    else { return }
    row.calling = .yes
    row.session = session
    row.names = [model].compactMap(\.self)
    row.seller = decoder.shape.seller
    row.key = [session, String(total)].compactMap(\.self).joined(separator: ":")
    row.identity = session.map { RowIdentity([decoder.shape.name, $0, String(total)]) }
    do throws(LogRow.Problem) {
      row.time = try decoder.time(.timestamp, index, row)
      try readUsage(record, index, total, row)
    } catch {
      row.problem = error
    }
  }

  private func readUsage(
    _ record: SourceRecord, _ index: RecordIndex, _ total: Int64, _ row: LogRow
  ) throws(LogRow.Problem) {
    var sums: [LogQuantity: Int64] = [:]
    for (kind, name) in Self.kinds {
      sums[kind] = number(record, "payload/info/total_token_usage/" + name)
    }
    if record.told(LogPath("payload/info/last_token_usage")) != nil {
      try decoder.readUsage(index, row)
    } else {
      for (kind, _) in Self.kinds {
        guard let sum = sums[kind] else { continue }
        let grown = sum - (last[kind] ?? 0)
        guard grown >= 0 else {
          throw decoder.problem(
            LogPath("payload/info/total_token_usage"), String(sum), "totals that shrink")
        }
        row[kind] = grown
      }
    }
    last = sums
  }

  private func number(_ record: SourceRecord, _ path: String) -> Int64? {
    record.told(LogPath(path)).flatMap { TraceDecimal($0.text) }.flatMap {
      try? $0.scaled(by: 0, .exact)
    }.flatMap { $0 <= RowDecoder.most ? $0 : nil }
  }
}
