import Simulator

extension RowDecoder {
  /// All kinds of usage, with parts put inside their totals.
  package func readUsage(_ record: RecordIndex, _ row: LogRow) throws(LogRow.Problem) {
    try readQuantities(record, row)
    try readWrites(record, row)
    try settle(row, total: total(record))
    if !row.hasUsage, let (path, unit) = otherUnit(record) {
      throw problem(path, unit, "counts no tokens, and has no price by it", reason: .unit)
    }
    row.notes.unknown = record.unread
    guard row.calling != .no, shape.cached == .beside, let first = row.notes.unknown.first else {
      return
    }
    throw problem(
      LogPath(first.key), String(first.amount),
      "tokens of a kind that nobody prices, beside the others", reason: .unknownUsage)
  }

  /// Written tokens by their lives, and those that only say how many there were.
  private func readWrites(
    _ record: RecordIndex, _ row: LogRow
  ) throws(LogRow.Problem) {
    guard let flat = try quantity(.cacheWriteFlat, record) else { return }
    let split = row.count(.cacheWriteTokens) + row.count(.cacheWriteLongTokens)
    guard flat.value > 0 else { return }
    guard flat.value >= split else {
      throw problem(
        path(flat.slot, .cacheWriteFlat), String(flat.value),
        "less than the \(split) tokens of its two lives together")
    }
    let rest = flat.value - split
    row.notes.untoldLife = rest
    if rest > 0 { row[.cacheWriteTokens] = row.count(.cacheWriteTokens) + rest }
    if toldBy(.cacheWriteTokens) == nil || rest > 0 { note(.cacheWriteTokens, flat.slot) }
  }

  // MARK: Inside or beside

  /// On which sides a part can be, for a total to be the sum.
  private struct Sides {
    var inside = false
    var beside = false

    /// The one that is left; nil: both or none.
    var only: LogShape.Part? { inside == beside ? nil : inside ? .inside : .beside }

    mutating func add(_ part: LogShape.Part) {
      if part == .inside { inside = true } else { beside = true }
    }
  }

  private func settle(_ row: LogRow, total: Int64?) throws(LogRow.Problem) {
    let parts =
      row.count(.cachedInputTokens) + row.count(.cacheWriteTokens)
      + row.count(.cacheWriteLongTokens)
    let (input, output) = base(row)
    let reasoning = row.count(.reasoningTokens)
    func sum(_ cached: LogShape.Part, _ reasoned: LogShape.Part) -> Int64 {
      input + (cached == .beside ? parts : 0) + output + (reasoned == .beside ? reasoning : 0)
    }
    var cached = LogShape.Part.inside
    var fits = Sides()
    for side in Self.sides where sum(side, .inside) == total || sum(side, .beside) == total {
      fits.add(side)
    }
    let fitsNothing = !fits.inside && !fits.beside
    if parts > 0 { cached = try cachedPart(row, parts: parts, input: input, fits: fits) }
    var reasoned = LogShape.Part.inside
    if reasoning > 0 {
      var fits = Sides()
      for side in Self.sides where sum(cached, side) == total { fits.add(side) }
      reasoned = reasoningPart(row, output: output, fits: fits)
    }
    if let total, fitsNothing, total > 0 { row.notes.total = (total, sum(cached, reasoned)) }
    apply(cached: cached, reasoned, to: row, input, output, parts)
    try check(row)
  }

  private static let sides = [LogShape.Part.inside, .beside]

  /// Input and output with the sounds and images that stand beside them.
  private func base(_ row: LogRow) -> (Int64, Int64) {
    guard shape.media == .beside else { return (row.count(.inputTokens), row.count(.outputTokens)) }
    return (
      row.count(.inputTokens) + row.count(.inputAudioTokens) + row.count(.inputImageTokens),
      row.count(.outputTokens) + row.count(.outputAudioTokens) + row.count(.outputImageTokens)
    )
  }

  private func cachedPart(
    _ row: LogRow, parts: Int64, input: Int64, fits: Sides
  ) throws(LogRow.Problem) -> LogShape.Part {
    let kinds = [LogQuantity.cachedInputTokens, .cacheWriteTokens, .cacheWriteLongTokens]
    let names = kinds.filter { row[$0] > 0 }.compactMap(toldBy)
    var (part, why) = stated(shape.cached, names, row)
    let isImpossible = parts > input
    if let only = fits.only {
      if isImpossible, only == .inside {
        throw contradiction(toldBy(.cachedInputTokens) ?? names.first, parts, input)
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

  private func contradiction(_ slot: Slot?, _ parts: Int64, _ input: Int64) -> LogRow.Problem {
    problem(
      path(slot, .cachedInputTokens), String(parts),
      "contradictory: more cached and written tokens than the \(input) tokens of input")
  }

  private func reasoningPart(
    _ row: LogRow, output: Int64, fits: Sides
  ) -> LogShape.Part {
    var (part, why) = stated(shape.reasoning, [toldBy(.reasoningTokens)].compactMap(\.self), row)
    if let only = fits.only {
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
    _ part: LogShape.Part, _ names: [Slot], _ row: LogRow
  ) -> (LogShape.Part, LogRow.Notes.Why) {
    if names.contains(where: isInside) { return (.inside, .name) }
    if names.contains(where: isBeside) { return (.beside, .name) }
    guard part == .provider else { return (part, .format) }
    let seller = row.seller ?? options.seller(of: row)
    let besides =
      part == shape.cached && names.first.map(isCached) == true
      ? ["anthropic", "bedrock"] : ["google"]
    return (seller.map(besides.contains) == true ? .beside : .inside, .provider)
  }

  private func apply(
    cached: LogShape.Part, _ reasoning: LogShape.Part, to row: LogRow,
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
  private func check(_ row: LogRow) throws(LogRow.Problem) {
    for (kinds, whole) in Self.partsOfWholes {
      let sum = kinds.reduce(0) { $0 + row.count($1) }
      guard sum > row.count(whole), let kind = kinds.first(where: { row[$0] > 0 }) else { continue }
      throw problem(
        toldBy(kind).map(path) ?? LogPath(kind.rawValue), String(sum),
        "contradictory: more than the \(row.count(whole)) tokens of which it is a part")
    }
  }

  private static let partsOfWholes: [(parts: [LogQuantity], whole: LogQuantity)] = [
    ([.inputAudioTokens, .inputImageTokens], .inputTokens),
    ([.reasoningTokens], .outputTokens),
    ([.outputAudioTokens, .outputImageTokens], .outputTokens),
    ([.cachedInputTokens, .cacheWriteTokens, .cacheWriteLongTokens], .inputTokens),
  ]
}
