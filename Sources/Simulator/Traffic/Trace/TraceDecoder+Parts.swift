import CostModel
import Support

/// What a log may tell of the parts of a request's input and output.
extension TraceDecoder {
  /// Columns that many logs do not have.
  package static let parts =
    TraceColumn.cachedInputTokens.bit | TraceColumn.cacheWriteTokens.bit
    | TraceColumn.reasoningTokens.bit | TraceColumn.maxTokens.bit
    | TraceColumn.audioSeconds.bit | TraceColumn.msgs.bit | TraceColumn.cacheWriteLongTokens.bit
    | TraceColumn.turn.bit | meters
  package static let meters = TraceColumn.meters.reduce(0) { $0 | $1.column.bit }
  /// Columns of `TraceParts`.
  package static let beyondRows =
    parts | TraceColumn.session.bit | TraceColumn.costUSD.bit | TraceColumn.prefixBlocks.bit
    | TraceColumn.blockSize.bit | TraceColumn.callKind.bit | quality
  package static let quality = TraceColumn.quality.reduce(0) { $0 | $1.bit }

  package mutating func readParts(_ row: inout TraceRecord, _ fields: FieldList) throws(BadRow) {
    let number = row.number
    row.cached = try quantity(.cachedInputTokens, fields, number)
    row.cacheWrite = try quantity(.cacheWriteTokens, fields, number)
    row.output = try quantity(.outputTokens, fields, number)
    row.reasoning = try quantity(.reasoningTokens, fields, number)
    row.maxTokens = try quantity(.maxTokens, fields, number)
    if sources.present & TraceColumn.cacheWriteLongTokens.bit != 0 {
      row.meters.cacheWriteLong = try quantity(.cacheWriteLongTokens, fields, number)
    }
    for (column, meter) in TraceColumn.meters where sources.present & column.bit != 0 {
      row.meters[keyPath: LoggedMeters.path(meter)] = try quantity(column, fields, number)
    }
    row.msgs = try quantity(.msgs, fields, number)
    row.turn = try quantity(.turn, fields, number)
    row.audio = try quantity(.audioSeconds, fields, number)
    try balance(&row)
  }

  /// Makes the parts of the input count as input and those of the output as output; they must not be
  /// more than that.
  package func balance(_ row: inout TraceRecord) throws(BadRow) {
    let number = row.number
    let long = row.meters.cacheWriteLong
    let parts = max(0, row.cached) + max(0, row.cacheWrite) + max(0, long)
    if plan.format.cached == .beside {
      // A log without longer writes tells nothing by their 0.
      row.input = Self.sum(
        Self.sum(row.input, row.cached, row.cacheWrite), long > 0 ? long : -1, -1)
    } else if parts > max(0, row.input) {
      let input = row.input < 0 ? "an input that is not told" : "the input of \(row.input)"
      throw bad(
        number,
        row.cached > 0
          ? .cachedInputTokens : row.cacheWrite > 0 ? .cacheWriteTokens : .cacheWriteLongTokens,
        "\(parts) cached and written tokens are more than \(input) "
          + "(a format says 'cached: beside' where they do not count as input)")
    }
    if plan.format.reasoning == .beside {
      row.output = Self.sum(row.output, row.reasoning, -1)
    } else if row.reasoning > max(0, row.output) {
      let output = row.output < 0 ? "an output that is not told" : "the output of \(row.output)"
      throw bad(
        number, .reasoningTokens,
        "\(row.reasoning) reasoning tokens are more than \(output) "
          + "(a format says 'reasoning: beside' where they do not count as output)")
    }
    if sources.present & Self.meters != 0 { try balanceMedia(row) }
  }

  /// Audio and image tokens are parts of their totals.
  private func balanceMedia(_ row: TraceRecord) throws(BadRow) {
    let meters = row.meters
    for (media, total, column) in [
      (max(0, meters.inputAudio) + max(0, meters.inputImage), row.input, TraceColumn.inputTokens),
      (
        max(0, meters.outputAudio) + max(0, meters.outputImage),
        row.output - max(0, row.reasoning), .outputTokens
      ),
    ] where media > max(0, total) {
      throw bad(
        row.number, column, "\(media) audio and image tokens are more than all \(max(0, total)) are"
      )
    }
  }

  /// The sum of what is known; −1 if nothing is.
  private static func sum(_ a: Int64, _ b: Int64, _ c: Int64) -> Int64 {
    a < 0 && b < 0 && c < 0 ? -1 : max(0, a) + max(0, b) + max(0, c)
  }
}
