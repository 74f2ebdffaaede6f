import Support

/// What an audit says of one claim.
package enum Verdict: String, CaseIterable, Sendable {
  case wrong, doubtful
  /// It follows from the published figures, one of which is wrong, and what comes of the recomputed ones
  /// is not far from it.
  case restsOnWrong = "rests-on-wrong"
  /// The only figure that leads to it was typed from its own document.
  case restated
  case unsupported, confirmed

  /// How tables of counts call it.
  package var words: String { self == .restsOnWrong ? "rests on a wrong figure" : rawValue }
}

/// One claim beside what it should be.
package struct Finding: Sendable {
  package var claim: Claim
  /// The recomputed number in the claim's unit; nil where nothing lets it be recomputed.
  package var recomputed: Interval?
  package var verdict: Verdict
  /// Recomputed less published, and recomputed over published, at the nearest ends of ranges;
  /// nil where there is nothing to compare, or 0 to divide by.
  package var difference: Rational?
  package var ratio: Rational?
  package var slip: UnitSlip?
  /// Set where the recomputed number is per something else than the claim says.
  package var otherUnit: OtherUnit?
  package var assumptions: [String] = []
  /// The verdict that the published figures alone lead to.
  package var asPublished: Verdict?
  /// Published figures that it is computed from and that are wrong, also by way of others, in the order
  /// of their use.
  package var wrongInputs: [Claim] = []
  /// The number in the claim's unit that the recomputed figures give, where a published one among
  /// them is wrong.
  package var fromRecomputed: Interval?
  /// Claims of the same quantity that say something else, in file order.
  package var contradictions: [Claim] = []

  package init(
    claim: Claim, recomputed: Interval? = nil, verdict: Verdict, difference: Rational? = nil,
    ratio: Rational? = nil, slip: UnitSlip? = nil, otherUnit: OtherUnit? = nil,
    assumptions: [String] = [], asPublished: Verdict? = nil, wrongInputs: [Claim] = [],
    fromRecomputed: Interval? = nil, contradictions: [Claim] = []
  ) {
    self.claim = claim
    self.recomputed = recomputed
    self.verdict = verdict
    self.difference = difference
    self.ratio = ratio
    self.slip = slip
    self.otherUnit = otherUnit
    self.assumptions = assumptions
    self.asPublished = asPublished
    self.wrongInputs = wrongInputs
    self.fromRecomputed = fromRecomputed
    self.contradictions = contradictions
  }
}

/// A recomputed number that is per something else than the published one.
package struct OtherUnit: Sendable {
  /// The recomputed number, in base units.
  package var measure: Measure
  /// The same number, so that the unit alone is wrong.
  package var hasSameNumber: Bool
}

/// Everything that an audit of a claims file found.
package struct AuditResult: Sendable {
  package var title: String
  /// One finding for each claim, in file order.
  package var findings: [Finding]
  package var workings: Workings

  package func findings(_ verdict: Verdict) -> [Finding] {
    findings.filter { $0.verdict == verdict }
  }
}

/// Judges every claim of a file by recomputing it.
package struct Auditor {
  package let file: Claims
  private let figures: PlanMeasures
  private let recomputation: Recomputation

  package init(_ file: Claims) {
    self.file = file
    figures = PlanMeasures()
    recomputation = Recomputation(file, figures: figures)
  }

  /// Every way that cannot be gone is an error with its place (`InputErrors`, exit code 2).
  package static func audit(_ file: Claims) throws(InputErrors) -> AuditResult {
    let auditor = Auditor(file)
    let contradictions = Contradictions(file.claims)
    let log = InputLog()
    var findings: [Finding] = []
    for claim in file.claims {
      do throws(Recomputation.Problem) {
        var finding = try auditor.finding(claim)
        finding.contradictions = contradictions.of(claim)
        if finding.verdict == .unsupported, !finding.contradictions.isEmpty {
          finding.verdict = .doubtful
        }
        finding.asPublished = finding.verdict
        findings.append(finding)
      } catch {
        log.add(error.place, error.message, hint: error.hint)
      }
    }
    try log.throwIfAny()
    findings = auditor.chained(findings)
    return AuditResult(
      title: file.title, findings: findings, workings: auditor.recomputation.workings)
  }

  /// The same numbers with other figures in place of published ones.
  package func recomputing(with stand: @escaping (String) -> Measure?) -> Recomputation {
    Recomputation(file, figures: figures, stand: stand)
  }

  package func claims(in way: Derivation) -> [String] { recomputation.claims(in: way) }

  /// Recomputes a claim from the published figures; nil where the derivation fails.
  package func measure(of claim: Claim, by way: Derivation) -> Measure? {
    try? recomputation.measure(of: claim, by: way)
  }

  package func isRestated(_ claim: Claim, by way: Derivation) -> Bool {
    recomputation.isTyped(way, from: claim.document)
  }

  /// One claim by itself, not yet compared with others of its quantity.
  package func finding(_ claim: Claim) throws(Recomputation.Problem) -> Finding {
    guard let way = claim.way else { return Finding(claim: claim, verdict: .unsupported) }
    if case .each(let formulas) = way { return try worst(of: formulas, claim) }
    let measure = try recomputation.measure(of: claim, by: way)
    // A number per something else is a finding; a number of something else is a mistake here.
    guard measure.kind.counted == claim.unit.kind.counted else {
      throw Recomputation.Problem(
        place: claim.place,
        message: "'\(claim.id)' is in \(claim.unit.text), but it is recomputed in "
          + measure.kind.words)
    }
    do throws(Rational.Problem) {
      return try judge(claim, measure)
    } catch {
      throw Recomputation.Problem(
        place: claim.place, message: "the numbers have too many digits to be exact")
    }
  }

  /// The number must come out of each: judged by the one that is furthest from it.
  private func worst(
    of formulas: [Formula], _ claim: Claim
  ) throws(Recomputation.Problem) -> Finding {
    var worst: Finding?
    for (place, formula) in formulas.enumerated() {
      var one = claim
      one.way = .formula(formula)
      let finding = try self.finding(one)
      guard worst.map({ Self.isWorse(finding, than: $0) }) ?? true else { continue }
      worst = finding
      worst?.claim.way = .each([formula] + formulas[..<place] + formulas[(place + 1)...])
    }
    return worst ?? Finding(claim: claim, verdict: .unsupported)
  }

  package static func isWorse(_ a: Finding, than b: Finding) -> Bool {
    let order = Verdict.allCases
    let (first, second) = (order.firstIndex(of: a.verdict), order.firstIndex(of: b.verdict))
    if first != second { return (first ?? 0) < (second ?? 0) }
    return (a.difference ?? .zero).magnitude > (b.difference ?? .zero).magnitude
  }

  package func judge(
    _ claim: Claim, _ measure: Measure
  ) throws(Rational.Problem) -> Finding {
    var finding = Finding(claim: claim, verdict: .confirmed)
    finding.assumptions = measure.assumptions
    let recomputed = try measure.interval.divided(by: claim.unit.scale)
    finding.recomputed = recomputed
    let (published, actual) = Self.nearestEnds(claim.published, recomputed)
    finding.difference = try actual.subtracting(published)
    finding.ratio = published == .zero ? nil : try actual.divided(by: published)
    if measure.kind != claim.unit.kind {
      finding.otherUnit = OtherUnit(
        measure: measure, hasSameNumber: try claim.published.accepts(recomputed))
      finding.verdict = .wrong
      return finding
    }
    if try claim.published.accepts(recomputed) { return finding }
    finding.verdict = try isDoubtful(claim, published, actual, measure) ? .doubtful : .wrong
    if finding.verdict == .wrong {
      finding.slip = UnitSlip(
        published: published.double, recomputed: actual.double, unit: claim.unit,
        tolerance: file.doubtfulWithin.double)
    }
    return finding
  }

  /// Where two ranges come nearest; the same number twice where they overlap.
  private static func nearestEnds(
    _ published: PublishedNumber, _ recomputed: Interval
  ) -> (Rational, Rational) {
    let value = published.value
    switch published.bound {
    case .atLeast: return (value.low, recomputed.low)
    case .atMost: return (value.high, recomputed.high)
    case .none: break
    }
    if value.high < recomputed.low { return (value.high, recomputed.low) }
    if recomputed.high < value.low { return (value.low, recomputed.high) }
    if value.low <= recomputed.low { return (min(value.high, recomputed.low), recomputed.low) }
    return (value.low, min(recomputed.high, value.low))
  }

  fileprivate func isDoubtful(
    _ claim: Claim, _ published: Rational, _ actual: Rational, _ measure: Measure
  ) throws(Rational.Problem) -> Bool {
    if claim.published.bound == .none,
      try claim.published.widened().overlaps(try measure.interval.divided(by: claim.unit.scale))
    {
      return true
    }
    let difference = try actual.subtracting(published).magnitude
    if !claim.isExact, difference <= (try file.doubtfulWithin.multiplied(by: actual.magnitude)) {
      return true
    }
    guard !measure.assumptions.isEmpty else { return false }
    let (small, large) = (
      min(published.magnitude, actual.magnitude), max(published.magnitude, actual.magnitude)
    )
    return large <= (try file.assumedFactor.multiplied(by: small))
  }
}

/// Which claims of one quantity say different things.
package struct Contradictions {
  private let groups: [String: [Claim]]

  package init(_ claims: [Claim]) { groups = Dictionary(grouping: claims, by: \.quantity) }

  /// The other claims of its quantity that no rounding reconciles with it. Two examples out of a
  /// range that is published as well do not contradict each other.
  package func of(_ claim: Claim) -> [Claim] {
    let all = groups[claim.quantity] ?? []
    let ranges = all.filter { !$0.published.value.isPoint }
    return all.filter { other in
      other.id != claim.id && !Self.agree(other, claim)
        && !ranges.contains { Self.agree($0, claim) && Self.agree($0, other) }
    }
  }

  /// Numbers that are too long to be compared agree with nothing.
  private static func agree(_ a: Claim, _ b: Claim) -> Bool {
    guard a.unit.kind == b.unit.kind, let x = range(a), let y = range(b) else { return false }
    // Roundings that merely touch are two numbers: 4 and 5.
    return x == y || (x.low < y.high && y.low < x.high)
  }

  private static func range(_ claim: Claim) -> Interval? {
    guard var range = try? claim.published.widened().multiplied(by: claim.unit.scale) else {
      return nil
    }
    // A bound meets everything on its side of it.
    let far = Rational(1 << 60)
    if claim.published.bound == .atLeast { range.high = max(range.high, far) }
    if claim.published.bound == .atMost { range.low = min(range.low, far.negated) }
    return range
  }
}
