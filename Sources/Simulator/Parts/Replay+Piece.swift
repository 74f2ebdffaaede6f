import CostModel
import Scenarios
import Support

/// One piece of a log, replayed by itself.
extension Replay {
  /// The piece under every variant, one after the other.
  package func piece(of variants: [Variant], threads: Int) throws -> Piece {
    let check = ModelCheck(variants.map(\.scenario))
    let untroubled = variants.map { Variant(name: $0.name, scenario: $0.scenario.untroubled) }
    var found = Piece(piece: LogPiece(), cases: [], couplings: [])
    for (number, variant) in variants.enumerated() {
      var part: CasePart?
      var isTroubled = false
      try attempts(number, threads, check) { options in
        var rejected: [RejectedRow] = []
        var options = options
        if number == 0 { options.onRejected = { rejected.append($0) } }
        part = try play(variant, options: options, log: nil, keepsPart: true) {
          engine, result, source in
          isTroubled =
            CallTrouble(result) != CallTrouble(answered: result.calls)
            || result.performance.contains { $0.failures > 0 }
          found.couplings += Coupling.met(&engine, result)
          if number == 0 {
            found.piece = piece(source.facts, source.hash, source.extent)
            if let numbers = source.numbers { found.piece.number(numbers) }
            (found.piece.columns, found.piece.isJSON) = (source.columns, source.isJSON)
            found.piece.readAs = source.readAs
          }
          let isDrawn = engine.logged.drawsByRank || source.drawsByRank
          found.piece.drawsByRank = found.piece.drawsByRank || isDrawn
          return engine.part(named: variant.name, result, source)
        }
        if number == 0 {
          if part == nil { found.piece = try emptyPiece(options) }
          found.piece.rejected = rejected
        }
      }
      let cost = part?.cost ?? .zero
      part?.untroubled = cost
      if isTroubled {
        try attempts(number, threads, check) { options in
          var options = options
          options.fixed.removeAll { $0.0 == .status }
          options.fixed.append((.status, "ok"))
          let bill = try play(untroubled[number], options: options, log: nil) {
            _, result, _ in result.cost
          }
          part?.untroubled = bill ?? .zero
        }
      }
      var empty = CasePart()
      empty.name = variant.name
      found.cases.append(part ?? empty)
    }
    found.couplings = found.couplings.enumerated().filter { place, coupling in
      !found.couplings[..<place].contains(coupling)
    }.map(\.element)
    return found
  }

  /// As whole logs are replayed: first as if it were in order.
  private func attempts(
    _ number: Int, _ threads: Int, _ check: ModelCheck?, _ body: (TraceOptions) throws -> Void
  ) throws {
    var options = try self.options(number, threads, check)
    if TraceFile.isRegular(path) {
      options.order = .optimistic
      do { return try body(options) } catch {}
      options = try self.options(number, threads, check)
    }
    try body(options)
  }

  private func piece(
    _ facts: TraceFacts, _ hash: FileHash?, _ read: (extent: LogExtent, isQuoted: Bool)
  ) -> LogPiece {
    var piece = LogPiece()
    (piece.path, piece.facts, piece.callsBefore) = (shownPath ?? path, facts, callsBefore)
    let share = isInput ? inputShare : share
    (piece.share, piece.shares) = (share?.number ?? 1, share?.count ?? 1)
    (piece.from, piece.to, piece.bytes) = (read.extent.from, read.extent.to, read.extent.size)
    (piece.xxh64, piece.isQuoted) = (hash?.xxh64 ?? 0, read.isQuoted)
    if isInput { piece.bytes = LogPiece.unknownBytes }
    // One of the shares reads the whole file for its hash.
    if piece.share == 1, !isInput {
      piece.hash = piece.shares == 1 ? hash?.xxh64 : LogExtent.hash(of: path)
    }
    return piece
  }

  /// Of a share without requests.
  private func emptyPiece(_ options: TraceOptions) throws -> LogPiece {
    var trace = try TraceSource(path: path, format: format, options: options)
    guard share != nil || inputShare != nil || trace.tellsNumbers else {
      throw BadInput(message: "\(path): error: the log has no requests, expected at least one")
    }
    var batch = TraceBatch()
    while try trace.next(into: &batch) {}
    var piece = piece(trace.facts, trace.hash, trace.extent)
    (piece.columns, piece.isJSON) = (trace.columnNames, trace.isJSON)
    if trace.tellsNumbers { piece.number(LogNumbers()) }
    return piece
  }

  /// The attempts that end in some minutes, in the order of their ends.
  package func attempts(
    of variant: Variant, inMinutes minutes: Set<Int64>, threads: Int
  ) throws -> (hash: FileHash?, found: [SpentAttempt], isOrdered: Bool) {
    let check = ModelCheck([variant.scenario])
    var hash: FileHash?
    var isOrdered = true
    var found: [SpentAttempt] = []
    try attempts(0, threads, check) { options in
      found =
        try play(variant, options: options, log: nil, keeping: minutes) { engine, result, source in
          hash = source.hash
          // An attempt after another one ends at a time that its request's number does not tell.
          isOrdered = source.numbers == nil || result.performance.allSatisfy { $0.failures == 0 }
          return engine.budget.spent?.attempts ?? []
        } ?? []
    }
    return (
      hash,
      found.sorted {
        ($0.attempt.time, $0.attempt.order) < ($1.attempt.time, $1.attempt.order)
      }, isOrdered
    )
  }
}

extension CasePart {
  /// The bill.
  package var cost: MoneySum {
    var result = PlanResult(plan: PlanSpec(name: "", users: 0), run: 1)
    SumField.fill(&result, PlanResult.sums, from: sums)
    return result.cost
  }
}

extension CallTrouble {
  /// Of calls that all went as they were routed.
  fileprivate init(answered calls: Int64) {
    self.init()
    self.calls = calls
  }
}
