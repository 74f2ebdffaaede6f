import Support

/// Judges claims whose derivation uses figures that are wrong themselves, and those that restate what
/// they are checked with.
extension Auditor {
  /// The findings of all claims, each first judged from what is published.
  package func chained(_ findings: [Finding]) -> [Finding] {
    let chain = Chain(findings, auditor: self)
    return findings.map { chain.judged($0) }
  }
}

/// What claims rest on, worked out once a claim.
private final class Chain {
  private let auditor: Auditor
  private let findings: [String: Finding]
  /// By claim: the claims that its way uses.
  private let uses: [String: [String]]
  /// What a claim comes to when the recomputed figures stand for wrong ones; nil: what is published.
  private var measures: [String: Measure?] = [:]
  private var open: Set<String> = []
  /// By claim: whether it contradicts the published figures and agrees with the recomputed ones.
  private var right: [String: Bool] = [:]
  private var judging: Set<String> = []
  private lazy var recomputation = auditor.recomputing { [unowned self] in self.measure(of: $0) }

  init(_ findings: [Finding], auditor: Auditor) {
    self.auditor = auditor
    self.findings = Dictionary(findings.map { ($0.claim.id, $0) }) { first, _ in first }
    uses = self.findings.mapValues { finding in
      finding.claim.way.map(auditor.claims) ?? []
    }
  }

  /// The wrong claims that lead to it, the nearest first; a claim is no reason of its own, and what
  /// leads to a figure that is right by the recomputed ones makes nothing wrong that rests on it.
  private func wrongInputs(of id: String) -> [Claim] {
    var (seen, queue, wrong): (Set<String>, [String], [Claim]) = ([id], uses[id] ?? [], [])
    var next = 0
    while next < queue.count {
      let name = queue[next]
      next += 1
      guard seen.insert(name).inserted, let finding = findings[name], !isRight(name) else {
        continue
      }
      if finding.asPublished == .wrong { wrong.append(finding.claim) }
      queue += uses[name] ?? []
    }
    return wrong
  }

  /// Whether a claim that contradicts the published figures is right by the recomputed ones.
  private func isRight(_ id: String) -> Bool {
    if let known = right[id] { return known }
    guard let finding = findings[id], finding.verdict == .wrong, judging.insert(id).inserted else {
      return false
    }
    defer { judging.remove(id) }
    let result = judgedAnew(finding).verdict == .confirmed
    right[id] = result
    return result
  }

  /// What the audit makes of a claim in formulas; nil: what is published stands.
  ///
  /// A claim that is right by the recomputed figures stands for what is published. One that is wrong by the published figures stands for what these give, as the report shows it;
  /// one that only rests on wrong figures for what comes of the recomputed ones. Where claims are
  /// computed from each other the published number ends the circle, and so it does where the wrong number
  /// is of another unit.
  private func measure(of id: String) -> Measure? {
    if let known = measures[id] { return known }
    guard let finding = findings[id], let way = finding.claim.way, finding.otherUnit == nil,
      open.insert(id).inserted
    else { return nil }
    defer { open.remove(id) }
    var result: Measure?
    if finding.asPublished == .wrong {
      result = isRight(id) ? nil : auditor.measure(of: finding.claim, by: way)
    } else if finding.asPublished == .confirmed, !wrongInputs(of: id).isEmpty {
      result = try? recomputation.measure(of: finding.claim, by: way)
    }
    measures[id] = .some(result)
    return result
  }

  /// What comes of the recomputed figures; of several formulas the worst.
  private func recomputed(_ claim: Claim, by way: Derivation) -> Finding? {
    var ways = [way]
    if case .each(let formulas) = way { ways = formulas.map { .formula($0) } }
    let all = ways.compactMap { way -> Finding? in
      guard let measure = try? recomputation.measure(of: claim, by: way),
        measure.kind == claim.unit.kind
      else { return nil }
      return try? auditor.judge(claim, measure)
    }
    return all.dropFirst().reduce(all.first) { worst, finding in
      worst.map { Auditor.isWorse(finding, than: $0) ? finding : $0 }
    }
  }

  func judged(_ finding: Finding) -> Finding {
    let claim = finding.claim
    if finding.verdict == .wrong { return judgedAnew(finding) }
    guard let way = claim.way, finding.verdict == .confirmed || finding.verdict == .doubtful else {
      return finding
    }
    var result = finding
    result.wrongInputs = wrongInputs(of: claim.id)
    if result.wrongInputs.isEmpty {
      if finding.verdict == .confirmed, auditor.isRestated(claim, by: way) {
        result.verdict = .restated
      }
      return result
    }
    if finding.verdict == .confirmed { result.verdict = .restsOnWrong }
    guard let other = recomputed(claim, by: way) else { return result }
    result.fromRecomputed = other.recomputed
    result.assumptions = other.assumptions
    // What was assumed to recompute one figure makes no other one wrong.
    if other.verdict == .wrong, other.assumptions.isEmpty, auditor.isFar(other) {
      result.verdict = .wrong
      (result.recomputed, result.difference, result.ratio) = (
        other.recomputed, other.difference, other.ratio
      )
    }
    return result
  }

  /// A claim that contradicts the published figures it is computed from is right where those are wrong
  /// and it agrees with the recomputed ones, nothing assumed.
  private func judgedAnew(_ finding: Finding) -> Finding {
    let wrong = wrongInputs(of: finding.claim.id)
    guard !wrong.isEmpty, finding.otherUnit == nil, let way = finding.claim.way,
      var result = recomputed(finding.claim, by: way), result.verdict == .confirmed,
      result.assumptions.isEmpty
    else { return finding }
    result.asPublished = finding.asPublished
    result.contradictions = finding.contradictions
    result.wrongInputs = wrong
    result.fromRecomputed = result.recomputed
    return result
  }
}

extension Auditor {
  /// Whether a number lies further from the published one than `assumed_factor`, or on the other side
  /// of 0.
  fileprivate func isFar(_ finding: Finding) -> Bool {
    guard let ratio = finding.ratio, ratio > .zero else { return true }
    let factor = file.assumedFactor
    guard let inverse = try? Rational(1).divided(by: factor) else { return true }
    return ratio > factor || ratio < inverse
  }
}
