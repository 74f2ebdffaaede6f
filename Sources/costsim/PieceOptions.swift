import ArgumentParser
import Decisions
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
    help:
      "Writes what the rows come to to this file, in place of reports: costsim merge makes them.")
  var partial: String?

  func validate() throws {
    if let firstRequest, firstRequest < 1 {
      throw ValidationError("--first-request counts from 1")
    }
    if partial == nil, shard != nil || firstRequest != nil {
      throw ValidationError("\(shard != nil ? "--shard" : "--first-request") needs --partial FILE")
    }
  }

  /// Throws where the scenario couples the pieces of a log.
  func check(_ scenarios: [Scenario]) throws {
    try refuse(scenarios.flatMap(Coupling.all))
  }

  /// Throws where what was met in the log does.
  func check(_ found: Replay.Piece, path: String) throws {
    try refuse(found.couplings)
    guard found.piece.drawsByRank, shard == nil, firstRequest == nil else { return }
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
    guard let shard, shard.number > 1, scenarios.contains(where: \.mayDrawByRank) else { return 0 }
    let share = LogShare(number: shard.number, count: shard.count)
    return try LogExtent(of: share, in: path).linesBefore(in: path)
  }
}

extension PrintOptions {
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
