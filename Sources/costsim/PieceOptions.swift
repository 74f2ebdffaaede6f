import ArgumentParser
import Decisions
import Foundation
import Scenarios
import Simulator
import Support

/// Options of a replay of a piece of a log.
struct PieceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Replays only the Kth of M shares of a CSV file's rows, with --partial.", valueName: "K/M"))
  var shard: Shard?

  @Option(
    help: ArgumentHelp(
      "Number in the whole log of the first request here, with --partial.", valueName: "n"))
  var firstRequest: Int64?

  @Option(
    help: ArgumentHelp(
      "Column in which requests tell their numbers in the whole log in order of time, from 1: these are all "
        + "requests of some accounts, with --partial.", valueName: "column"))
  var numbers: String?

  @Option(help: "What reports call the log that standard input is a piece of, with --partial.")
  var logName: String?

  @Option(
    help: ArgumentHelp(
      "Writes to --partial what is spent in these minutes, with commas between, for merge --refine.",
      valueName: "times"))
  var moments: String?

  @Option(
    help:
      "Writes what the rows come to to this file, in place of reports: costsim merge makes them.")
  var partial: String?

  func validate() throws {
    if let firstRequest, firstRequest < 1 {
      throw ValidationError("--first-request counts from 1")
    }
    let given = [
      ("--shard", shard != nil), ("--first-request", firstRequest != nil),
      ("--numbers", numbers != nil), ("--log-name", logName != nil), ("--moments", moments != nil),
    ].filter(\.1).map(\.0)
    if partial == nil, let first = given.first {
      throw ValidationError("\(first) needs --partial FILE")
    }
    if numbers != nil, shard != nil || firstRequest != nil {
      throw ValidationError("\(given[0]) is of pieces in order of time, --numbers of any requests")
    }
  }

  /// Throws where the scenario couples the pieces of a log.
  func check(_ scenarios: [Scenario]) throws {
    try refuse(scenarios.flatMap { Coupling.all(of: $0, wholeAccounts: numbers != nil) })
  }

  /// Throws where what was met in the log does.
  /// - Parameter isInput: it came by standard input.
  func check(_ found: Replay.Piece, path: String, isInput: Bool) throws {
    try refuse(found.couplings)
    guard found.piece.drawsByRank, shard == nil || isInput, firstRequest == nil, numbers == nil
    else {
      return
    }
    throw BadInput(
      message:
        "\(path): error: something is drawn for its requests (a latency, a failure, a hit, a "
        + "model or an account that the log does not tell) by their numbers in the whole log, "
        + "expected '--first-request N', 1 for the log's beginning (docs/scale.md)")
  }

  private func refuse(_ couplings: [Coupling]) throws {
    guard !couplings.isEmpty else { return }
    var lines: [String] = []
    for coupling in couplings where !lines.contains(coupling.text) { lines.append(coupling.text) }
    throw BadInput(
      message: lines.map {
        "--partial: error: the pieces of the log cannot be replayed apart: \($0)"
      }
      .joined(separator: "\n"))
  }

  /// Calls of the log that lie before the piece.
  func callsBefore(in path: String, _ scenarios: [Scenario]) throws -> Int64 {
    if let firstRequest { return firstRequest - 1 }
    guard let shard, shard.number > 1, path != "-", scenarios.contains(where: \.mayDrawByRank)
    else { return 0 }
    let share = LogShare(number: shard.number, count: shard.count)
    return try LogExtent(of: share, in: path).linesBefore(in: path)
  }

  /// Minutes since the epoch that `--moments` names; nil: it is not there.
  func minutes() throws -> Set<Int64>? {
    guard let moments else { return nil }
    var clock = TraceClock(unit: .auto, zone: "UTC", origin: nil, decimalComma: false)
    var minutes: Set<Int64> = []
    for text in moments.split(separator: ",") {
      let time = Array(text.utf8).withUnsafeBufferPointer { try? clock.microseconds($0) }
      guard let time else {
        throw BadInput(
          message:
            "--moments: error: '\(text)' is no time, expected times as budget_minutes of run.json has "
            + "them")
      }
      minutes.insert(SpentMinutes.minute(of: time))
    }
    return minutes
  }

  /// Standard input in a file that vanishes with the program, since a piece of a log may be read twice.
  static func spilledInput() throws -> SpillFile {
    let file = try SpillFile(folder: nil)
    while let bytes = try FileHandle.standardInput.read(upToCount: 1 << 20), !bytes.isEmpty {
      try Array(bytes).withUnsafeBytes { bytes throws in try file.append(bytes) }
    }
    return file
  }
}

extension PrintOptions {
  /// After what is spent in some minutes was written.
  func tell(_ part: MomentsPart, at path: String) {
    let amounts = part.cases.reduce(0) { $0 + $1.amounts.count }
    show(
      json: .object([
        ("moments", .string(path)), ("minutes", .integer(Int64(part.minutes.count))),
        ("amounts", .integer(Int64(amounts))),
      ]),
      text: "Moments: \(path), with \(HumanFormat.plural(Int64(amounts), "amount")) of "
        + HumanFormat.plural(Int64(part.minutes.count), "minute") + "\n")
  }

  /// After a part of a replay was written.
  func tell(_ part: LogPart, at path: String) {
    let requests = part.pieces.reduce(0) { $0 + $1.facts.accepted }
    show(
      json: .object([
        ("part", .string(path)), ("scenario", .string(part.name)),
        ("requests", .integer(requests)),
        ("pieces", .array(part.pieces.map { .string($0.name) })),
      ]),
      text: "Part: \(path), with \(HumanFormat.plural(requests, "request")) of "
        + part.pieces.map(\.name).joined(separator: ", ") + "\n")
  }
}
