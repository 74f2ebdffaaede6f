import CostModel
import Decisions
import Foundation
import Reports
import Scenarios
import Simulator
import Support

/// Parts of a replayed log.
extension MergeCommand {
  func mergeLog(_ outputs: Outputs, _ folder: OutputFolder?) throws {
    let part = try mergedLog()
    guard let folder else {
      guard let partial else { return }
      try outputs.write(PartFile.bytes(of: part, kind: .log), to: partial)
      try outputs.commit()
      return printing.tell(part, at: partial)
    }
    try part.checkWhole()
    let variants = try part.variants()
    let log = PartedLog(part.pieces)
    let table = ReportTableChoice(output.table, output.tables.choice)
    try table?.check(of: variants[0].scenario)
    let writer = ReplayOutput(
      out: output.out, folder: folder, workbook: output.workbook.xlsx, table: table,
      printing: printing, scenario: variants[0].scenario)
    try writer.claim(rejected: part.request.skipBadRows > 0)
    let moments = try refine.filter { PartFile.kind($0) == .moments }.map {
      try PartFile.read($0, kind: .moments, as: MomentsPart.self)
    }
    var outcomes: [Replay.Outcome] = []
    for (variant, found) in zip(variants, part.found) {
      outcomes.append(
        try found.outcome(of: variant.scenario, log, hash: outcomes.isEmpty ? part.hash : nil) {
          try attempts(of: variant, inMinute: $0, part, log, moments)
        })
    }
    var report = writer.report(outcomes, of: part.path, against: part.request.against)
    for place in report.plans.indices where Attention(plan: report.plans[place]).isTroubled {
      report.plans[place].untroubled = part.found[place].untroubled
    }
    let record = record(of: part)
    try writer.write(report, record)
    try writer.write(rejected: log.rejected, of: outcomes[0])
    try folder.commit()
    try writer.tell(report, record)
  }

  /// One part after another.
  private func mergedLog() throws -> LogPart {
    var whole: LogPart?
    for path in parts {
      let part = try PartFile.read(path, kind: .log, as: LogPart.self)
      if whole == nil {
        whole = part
      } else {
        try whole?.add(part, name: path, to: parts[0])
      }
    }
    guard let whole else { throw BadInput(message: "merge: error: expected at least one part") }
    return whole
  }

  private func record(of part: LogPart) -> RunRecord {
    let request = part.request
    var record = RunRecord(
      version: Version.current, overrides: request.overrides,
      timeZoneData: part.timeZoneData, csvDialect: output.csvDialect)
    record.log = LogRecord(
      path: part.path, content: part.hash,
      formatFile: request.formatHash.map { InputFile(path: request.format ?? "", hash: $0) },
      timeZone: request.timeZone, columns: request.columns, set: request.set,
      skipBadRows: request.skipBadRows, policies: request.policies, against: request.against)
    return record
  }

  // MARK: Moments

  /// What ended in a minute, from the files of the log or what was read of it; nil: none was given.
  private func attempts(
    of variant: Replay.Variant, inMinute minute: Int64, _ part: LogPart, _ log: PartedLog,
    _ moments: [MomentsPart]
  ) throws -> [SpentAttempt]? {
    guard !refine.isEmpty else { return nil }
    let end = SimTime(microseconds: (minute + 1) * 60_000_000)
    var expected: [Int64: Int128] = [:]
    guard let found = part.found.first(where: { $0.name == variant.name }) else { return nil }
    for month in found.spent {
      if let sum = month.minutes.first(where: { $0.minute == minute })?.sums.first {
        expected[month.owner] = sum
      }
    }
    if moments.contains(where: { $0.minutes.contains(minute) }) {
      guard let found = MomentsPart.attempts(moments, of: variant.name, in: minute, part) else {
        return nil
      }
      for (month, attempt) in found {
        expected[month.microseconds, default: 0] -= Int128(attempt.cost.picodollars)
      }
      try checkNothing(expected.filter { $0.value != 0 })
      return found
    }
    guard log.pieces[0].numbers == nil, moments.count < refine.count else { return nil }
    var all: [SpentAttempt] = []
    // The last piece that may have part in it, then those before, as long as something is missing.
    for (place, piece) in log.pieces.enumerated().reversed()
    where piece.facts.accepted > 0 && piece.facts.first < end && !expected.isEmpty {
      let path = try file(of: piece)
      var replay = Replay(path: path, format: part.request.format) { _ in
        try options(part.request, variant.scenario)
      }
      if piece.shares > 1 { replay.share = LogShare(number: piece.share, count: piece.shares) }
      replay.callsBefore = log.calls(before: place)
      let read = try replay.attempts(of: variant, inMinutes: [minute], threads: threads)
      guard read.hash?.xxh64 == piece.xxh64 else {
        throw BadInput(
          message: "\(path): error: is not the log that was replayed: its content is another")
      }
      all = read.found + all
      for (month, attempt) in read.found {
        expected[month.microseconds, default: 0] -= Int128(attempt.cost.picodollars)
        if expected[month.microseconds] == 0 { expected[month.microseconds] = nil }
      }
    }
    try checkNothing(expected)
    // Of one time, those of earlier pieces come first.
    return all.enumerated().sorted {
      ($0.element.attempt.time, $0.offset) < ($1.element.attempt.time, $1.offset)
    }.map(\.element)
  }

  private func checkNothing(_ missing: [Int64: Int128]) throws {
    guard !missing.isEmpty else { return }
    throw BadInput(
      message:
        "--refine: error: the log has not spent what the parts say in that minute, expected "
        + "the files that were replayed")
  }

  /// The given file that is the piece's: of its path, or else of its name.
  private func file(of piece: LogPiece) throws -> String {
    func name(_ path: String) -> String { URL(fileURLWithPath: path).lastPathComponent }
    if let same = refine.first(where: { $0 == piece.path }) { return same }
    if let same = refine.first(where: { name($0) == name(piece.path) }) { return same }
    throw BadInput(
      message:
        "--refine: error: \(piece.path) is none of the files, expected it: a line of the budget "
        + "is crossed there")
  }

  private func options(_ request: ReplayRequest, _ scenario: Scenario) throws -> TraceOptions {
    var options = TraceOptions()
    for text in request.columns { try options.addColumns(text) }
    for text in request.set { try options.addFixed(text) }
    options.timeZone = request.timeZone
    options.skipBadRows = request.skipBadRows
    options.origin = scenario.period.start
    return options
  }
}
