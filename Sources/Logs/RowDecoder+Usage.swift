import Simulator

extension RowDecoder {
  /// All kinds of usage, with parts put inside their totals.
  package func readUsage(_ record: SourceRecord, _ row: inout LogRow) throws(LogRow.Problem) {
    var paths: [LogQuantity: LogPath] = [:]
    for kind in LogQuantity.allCases {
      guard let column = LogColumn(rawValue: kind.rawValue),
        let found = try quantity(column, record)
      else { continue }
      row[kind] = found.value
      paths[kind] = found.path
    }
    try readWrites(record, &row, &paths)
    try settle(&row, paths: paths, total: try total(record), record)
    try checkUnit(record, row)
    row.notes.unknown = unknownUsage(record)
    guard row.calling != .no, shape.cached == .beside, let first = row.notes.unknown.first else {
      return
    }
    throw problem(
      LogPath(first.key), String(first.amount),
      "tokens of a kind that nobody prices, beside the others", reason: .unknownUsage)
  }

  /// Written tokens by their lives, and those that only say how many there were.
  private func readWrites(
    _ record: SourceRecord, _ row: inout LogRow, _ paths: inout [LogQuantity: LogPath]
  ) throws(LogRow.Problem) {
    guard let flat = try quantity(.cacheWriteFlat, record) else { return }
    let split = row.count(.cacheWriteTokens) + row.count(.cacheWriteLongTokens)
    guard flat.value > 0 else { return }
    guard flat.value >= split else {
      throw problem(
        flat.path, String(flat.value), "less than the \(split) tokens of its two lives together")
    }
    let rest = flat.value - split
    row.notes.untoldLife = rest
    if rest > 0 { row[.cacheWriteTokens] = row.count(.cacheWriteTokens) + rest }
    if paths[.cacheWriteTokens] == nil || rest > 0 { paths[.cacheWriteTokens] = flat.path }
  }

  /// Where no quantity is left since they count something else.
  private func checkUnit(_ record: SourceRecord, _ row: LogRow) throws(LogRow.Problem) {
    guard !row.hasUsage else { return }
    for test in shape.units {
      if let unit = record.told(test.path), !test.holds(unit.text) {
        throw problem(
          test.path, unit.text, "counts no tokens, and has no price by it", reason: .unit)
      }
    }
  }

  private func total(_ record: SourceRecord) throws(LogRow.Problem) -> Int64? {
    for path in shape.total {
      guard let value = record.told(path) else { continue }
      return TraceDecimal(value.text).flatMap { try? $0.scaled(by: 0, .exact) }
    }
    return nil
  }

  // MARK: Inside or beside

  /// One way to read a row: its whole input and output.
  private struct Reading {
    var cached: LogShape.Part
    var reasoning: LogShape.Part
    var input: Int64
    var output: Int64
  }

  private func settle(
    _ row: inout LogRow, paths: [LogQuantity: LogPath], total: Int64?, _ record: SourceRecord
  ) throws(LogRow.Problem) {
    let parts =
      row.count(.cachedInputTokens) + row.count(.cacheWriteTokens)
      + row.count(.cacheWriteLongTokens)
    let (input, output) = base(row)
    let reasoning = row.count(.reasoningTokens)
    let readings = [LogShape.Part.inside, .beside].flatMap { cached in
      [LogShape.Part.inside, .beside].map {
        Reading(
          cached: cached, reasoning: $0, input: input + (cached == .beside ? parts : 0),
          output: output + ($0 == .beside ? reasoning : 0))
      }
    }
    let fitting = total.map { total in readings.filter { $0.input + $0.output == total } } ?? []
    var cached = LogShape.Part.inside
    if parts > 0 {
      cached = try cachedPart(
        &row, paths: paths, parts: parts, input: input, fits: Set(fitting.map(\.cached)),
        hasTotal: total != nil)
    }
    var reasoned = LogShape.Part.inside
    if reasoning > 0 {
      let fits = Set(fitting.filter { parts == 0 || $0.cached == cached }.map(\.reasoning))
      reasoned = reasoningPart(&row, paths: paths, output: output, fits: fits)
    }
    if let total, fitting.isEmpty, total > 0 {
      let chosen = readings.first { $0.cached == cached && $0.reasoning == reasoned }
      row.notes.total = (total, (chosen?.input ?? 0) + (chosen?.output ?? 0))
    }
    apply(cached: cached, reasoned, to: &row, input, output, parts)
    try check(row, paths, record)
  }

  /// Input and output with the sounds and images that stand beside them.
  private func base(_ row: LogRow) -> (Int64, Int64) {
    guard shape.media == .beside else { return (row.count(.inputTokens), row.count(.outputTokens)) }
    return (
      row.count(.inputTokens) + row.count(.inputAudioTokens) + row.count(.inputImageTokens),
      row.count(.outputTokens) + row.count(.outputAudioTokens) + row.count(.outputImageTokens)
    )
  }

  private func cachedPart(
    _ row: inout LogRow, paths: [LogQuantity: LogPath], parts: Int64, input: Int64,
    fits: Set<LogShape.Part>, hasTotal: Bool
  ) throws(LogRow.Problem) -> LogShape.Part {
    let kinds = [LogQuantity.cachedInputTokens, .cacheWriteTokens, .cacheWriteLongTokens]
    let names = kinds.filter { row[$0] > 0 }.compactMap { paths[$0] }
    var (part, why) = stated(shape.cached, names, row)
    let isImpossible = parts > input
    if fits.count == 1, let only = fits.first {
      if isImpossible, only == .inside {
        throw contradiction(paths[.cachedInputTokens] ?? names.first, parts, input)
      }
      if only != part { why = .total }
      part = only
    } else if isImpossible, part == .inside {
      if isStrict { throw contradiction(names.first, parts, input) }
      (part, why) = (.beside, .impossible)
    }
    row.notes.cached = (part, why)
    return part
  }

  /// Our own columns are what their documentation says, and nothing else.
  package var isStrict: Bool { ["canonical", TraceFormats.ledger].contains(shape.name) }

  private func contradiction(_ path: LogPath?, _ parts: Int64, _ input: Int64) -> LogRow.Problem {
    problem(
      path ?? LogPath("cached_input_tokens"), String(parts),
      "contradictory: more cached and written tokens than the \(input) tokens of input")
  }

  private func reasoningPart(
    _ row: inout LogRow, paths: [LogQuantity: LogPath], output: Int64, fits: Set<LogShape.Part>
  ) -> LogShape.Part {
    var (part, why) = stated(shape.reasoning, [paths[.reasoningTokens]].compactMap(\.self), row)
    if fits.count == 1, let only = fits.first {
      if only != part { why = .total }
      part = only
    } else if row.count(.reasoningTokens) > output, part == .inside, !isStrict {
      (part, why) = (.beside, .impossible)
    }
    row.notes.reasoning = (part, why)
    return part
  }

  /// What the format says, by name or by provider.
  private func stated(
    _ part: LogShape.Part, _ names: [LogPath], _ row: LogRow
  ) -> (LogShape.Part, LogRow.Notes.Why) {
    if names.contains(where: shape.insideNames.contains) { return (.inside, .name) }
    if names.contains(where: shape.besideNames.contains) { return (.beside, .name) }
    guard part == .provider else { return (part, .format) }
    let seller = row.seller ?? options.seller(of: row)
    let besides =
      part == shape.cached && names.first.map(isCached) == true
      ? ["anthropic", "bedrock"] : ["google"]
    return (seller.map(besides.contains) == true ? .beside : .inside, .provider)
  }

  private func isCached(_ path: LogPath) -> Bool {
    let columns: [LogColumn] = [
      .cachedInputTokens, .cacheWriteTokens, .cacheWriteLongTokens, .cacheWriteFlat,
    ]
    return columns.contains { shape.columns[$0]?.paths.contains(path) == true }
  }

  private func apply(
    cached: LogShape.Part, _ reasoning: LogShape.Part, to row: inout LogRow,
    _ input: Int64, _ output: Int64, _ parts: Int64
  ) {
    if row[.inputTokens] >= 0 || input > 0 || (cached == .beside && parts > 0) {
      row[.inputTokens] = input + (cached == .beside ? parts : 0)
    }
    if row[.outputTokens] >= 0 || output > 0
      || (reasoning == .beside && row.count(.reasoningTokens) > 0)
    {
      row[.outputTokens] = output + (reasoning == .beside ? row.count(.reasoningTokens) : 0)
    }
  }

  /// No part is larger than what it is a part of.
  private func check(
    _ row: LogRow, _ paths: [LogQuantity: LogPath], _ record: SourceRecord
  ) throws(LogRow.Problem) {
    let input = row.count(.inputTokens)
    let output = row.count(.outputTokens)
    for (kinds, whole) in [
      ([LogQuantity.inputAudioTokens, .inputImageTokens], input),
      ([.reasoningTokens], output), ([.outputAudioTokens, .outputImageTokens], output),
      ([.cachedInputTokens, .cacheWriteTokens, .cacheWriteLongTokens], input),
    ] {
      let sum = kinds.reduce(0) { $0 + row.count($1) }
      guard sum > whole, let kind = kinds.first(where: { row[$0] > 0 }) else { continue }
      throw problem(
        paths[kind] ?? LogPath(kind.rawValue), String(sum),
        "contradictory: more than the \(whole) tokens of which it is a part")
    }
  }
}
