import Audit
import Support

/// The sentences that say why a claim got its verdict.
package struct AuditText {
  package let workings: Workings

  /// One to four sentences for a founder.
  package func explanation(_ finding: Finding) -> String {
    var sentences = [verdict(finding)]
    if let slip = finding.slip {
      sentences.append(
        "Unit slip by a factor of \(InputLog.grouped(slip.factor)): \(slip.words).")
    }
    if !finding.assumptions.isEmpty {
      sentences.append("This assumes \(HumanFormat.list(finding.assumptions)).")
    }
    if !finding.contradictions.isEmpty {
      sentences.append("Elsewhere: \(Self.statements(finding.contradictions)).")
    }
    if let note = finding.claim.note { sentences.append(note) }
    return sentences.joined(separator: " ")
  }

  private func verdict(_ finding: Finding) -> String {
    let claim = finding.claim
    guard let recomputed = finding.recomputed, let way = claim.way else {
      return finding.verdict == .unsupported
        ? "Nothing published lets it be recomputed."
        : "Nothing lets it be recomputed, and the documents disagree about it."
    }
    let gives = Self.capitalised(working(way)) + verb(way, claim.unit)
    let published = AmountText.published(claim)
    if let other = finding.otherUnit {
      let amount = AmountText.text(other.measure.interval, ofKind: other.measure.kind)
      return gives + "\(amount), so the published \(published) "
        + (other.hasSameNumber
          ? "is the right number of the wrong unit." : "is of a unit that nothing leads to.")
    }
    let amount = AmountText.text(recomputed, in: claim.unit)
    switch finding.verdict {
    case .confirmed where finding.asPublished == .wrong:
      return
        "Right by the recomputed figures: \(working(way))\(verb(way, claim.unit))\(amount). The published ones "
        + "contradict it, because it rests on \(wrongInputs(finding))."
    case .confirmed: return "Right: \(working(way))\(verb(way, claim.unit))\(amount)."
    case .restated:
      return
        "Restated: \(working(way))\(verb(way, claim.unit))\(amount), which was typed from the same document "
        + "and confirms nothing."
    case .restsOnWrong:
      return
        "Consistent: \(working(way))\(verb(way, claim.unit))\(amount); but it rests on \(wrongInputs(finding))"
        + (finding.fromRecomputed.map {
          "; from the recomputed figures it is \(AmountText.text($0, in: claim.unit))."
        } ?? ".")
    case .wrong where finding.asPublished != .wrong:
      return
        "It follows from the published figures, but rests on \(wrongInputs(finding)); from the "
        + "recomputed figures it is \(amount), so the published \(published) is \(deviation(finding))."
    case .wrong:
      return gives + "\(amount), so the published \(published) is \(deviation(finding))."
    case .doubtful, .unsupported:
      return gives + "\(amount), \(doubt(finding)) the published \(published)."
    }
  }

  /// The nearest of the wrong figures, and how many more there are.
  private func wrongInputs(_ finding: Finding) -> String {
    let shown = finding.wrongInputs.prefix(2).map { claim in
      "\(claim.subject) (\(AmountText.published(claim)), \(claim.source))"
    }
    let rest = finding.wrongInputs.count - shown.count
    return HumanFormat.list(shown + (rest > 0 ? ["\(rest) more"] : []))
      + (finding.wrongInputs.count == 1 ? ", which is wrong" : ", which are wrong")
  }

  /// Why it is no more than doubtful, in words that end before the published number.
  private func doubt(_ finding: Finding) -> String {
    if finding.difference == .zero { return "which meets only in part" }
    let isNear = (finding.ratio?.double ?? 0).distance(to: 1).magnitude < 0.1
    return isNear ? "which is near, but not," : "against"
  }

  /// `971 times too much`, `$300.00 too little`.
  private func deviation(_ finding: Finding) -> String {
    guard let difference = finding.difference else { return "wrong" }
    let word = difference < .zero ? "too much" : "too little"
    if let ratio = finding.ratio, ratio > .zero {
      let factor = ratio.double > 1 ? ratio.double : 1 / ratio.double
      if factor >= 1.5 { return "\(AmountText.factor(factor)) times \(word)" }
    }
    return "\(AmountText.text(difference.magnitude, in: finding.claim.unit, isPart: true)) \(word)"
  }

  /// `300,000 calls per month (complete-guide.md:2092, 64)`, each number once.
  package static func statements(_ claims: [Claim]) -> String {
    var texts: [String] = []
    var places: [String: [Claim]] = [:]
    for claim in claims {
      let key = claim.published.decimal + " " + claim.unit.text
      if places[key] == nil { texts.append(key) }
      places[key, default: []].append(claim)
    }
    let all = texts.compactMap { places[$0] }
    return HumanFormat.list(
      all.map { same in "\(AmountText.published(same[0])) (\(self.places(same)))" })
  }

  /// `complete-guide.md:2092, 64; models-explained.md:24`.
  package static func places(_ claims: [Claim]) -> String {
    var documents: [String] = []
    var lines: [String: [String]] = [:]
    for claim in claims {
      if lines[claim.document] == nil { documents.append(claim.document) }
      lines[claim.document, default: []].append(claim.line)
    }
    return documents.map { document in
      let all = (lines[document] ?? []).filter { !$0.isEmpty }
      return all.isEmpty ? document : document + ":" + all.joined(separator: ", ")
    }.joined(separator: "; ")
  }

  private static func capitalised(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst()
  }

  // MARK: Workings

  private func verb(_ way: Derivation, _ unit: ClaimUnit) -> String {
    switch way {
    case .sum: " add up to "
    case .formula(.name): ": "
    case .formula(let formula): conversion(formula, to: unit) + " gives "
    case .each(let formulas): formulas.first.map { verb(.formula($0), unit) } ?? " gives "
    default: " gives "
    }
  }

  /// ` × 7 (between their units of time)` where the numbers of a formula are of days and its result
  /// of a week; empty where no such factor lies between them.
  private func conversion(_ formula: Formula, to unit: ClaimUnit) -> String {
    guard let scale = timeScale(of: formula),
      let factor = try? scale.divided(by: unit.timeScale), factor != .one
    else { return "" }
    let (sign, size) =
      factor > .one ? ("×", factor) : ("÷", (try? Rational.one.divided(by: factor)) ?? factor)
    let part = AmountText.factor(size.double)
    return " \(sign) \(part) (between units of time)"
  }

  /// The size of the unit of time in which a formula gives its result if its numbers are taken as they
  /// are shown; nil where terms of several are added or one is shown in none of its own.
  private func timeScale(of formula: Formula) -> Rational? {
    switch formula {
    case .number: return .one
    case .name(let name, _):
      if let claim = workings.claim(name) { return claim.unit.timeScale }
      guard let (measure, unit) = workings.value(name) else { return nil }
      return unit?.timeScale ?? (measure.kind.hasTime ? nil : .one)
    case .call(_, let arguments, _):
      let scales = arguments.map(timeScale)
      return Set(scales).count == 1 ? scales[0] : nil
    case .binary(let operation, let a, let b, _):
      guard let left = timeScale(of: a), let right = timeScale(of: b) else { return nil }
      switch operation {
      case .plus, .minus: return left == right ? left : nil
      case .times: return try? left.multiplied(by: right)
      case .over: return try? left.divided(by: right)
      }
    }
  }

  /// What was computed, with the numbers that went into it.
  package func working(_ way: Derivation) -> String {
    switch way {
    case .stated: "the stated value"
    case .formula(.name(let name, _)): workings.subject(of: name) ?? name
    case .each(let formulas): formulas.first.map { working(.formula($0)) } ?? ""
    case .formula(let formula):
      text(formula, isNamed: Set(formula.names.map(\.name)).count <= 4, binding: 0)
    case .sum(let rows):
      "the \(rows.count) rows (\(rows.map { short($0.name) }.joined(separator: " + ")))"
    case .catalog(let query, _): "the catalog '\(query.catalog)'"
    case .plan(let query, _): plan(query)
    case .route(let query, _):
      "the routing rule '\(query.policy.firstMatch(query.attributes)?.name ?? "")' of "
        + query.policy.name
    }
  }

  private func plan(_ query: PlanQuery) -> String {
    var text =
      query.isSimulated ? "a simulated month of" : "the expected month of"
    text += " scenario \(query.scenario.name) with "
    text += HumanFormat.plural(Int64(query.users), "user")
    let parts = [query.model, query.useCase, query.cacheClass].compactMap { $0 }
    return parts.isEmpty ? text : text + " (\(parts.joined(separator: ", ")))"
  }

  /// `binding` is the strength of the operation around it: 1 for sums, 2 for products.
  private func text(_ formula: Formula, isNamed: Bool, binding: Int) -> String {
    switch formula {
    case .number(_, let text): return text
    case .name(let name, _): return isNamed ? named(name) : short(name)
    case .call(let function, let arguments, _):
      let inner = arguments.map { text($0, isNamed: isNamed, binding: 0) }
      switch function {
      case .low: return "the lower end of \(inner.joined(separator: ", "))"
      case .high: return "the upper end of \(inner.joined(separator: ", "))"
      case .sum: return "the sum of \(HumanFormat.list(inner))"
      case .mean: return "the mean of \(HumanFormat.list(inner))"
      case .min: return "the least of \(HumanFormat.list(inner))"
      case .max: return "the greatest of \(HumanFormat.list(inner))"
      }
    case .binary(let operation, let a, let b, _):
      let (sign, own) =
        switch operation {
        case .plus: ("+", 1)
        case .minus: ("−", 1)
        case .times: ("×", 2)
        case .over: ("÷", 2)
        }
      let isStrict = operation == .minus || operation == .over
      let left = text(a, isNamed: isNamed, binding: own)
      let right = text(b, isNamed: isNamed, binding: isStrict ? own + 1 : own)
      let whole = "\(left) \(sign) \(right)"
      return own < binding ? "(\(whole))" : whole
    }
  }

  private func named(_ name: String) -> String {
    guard let subject = workings.subject(of: name) else { return name }
    return "\(subject) (\(amount(name)))"
  }

  private func short(_ name: String) -> String {
    workings.claim(name)?.published.text ?? amount(name)
  }

  private func amount(_ name: String) -> String {
    if let claim = workings.claim(name) { return AmountText.published(claim) }
    guard let (measure, unit) = workings.value(name) else { return name }
    guard let unit, let value = try? measure.interval.divided(by: unit.scale) else {
      return AmountText.text(measure.interval, ofKind: measure.kind)
    }
    return AmountText.text(value, in: unit)
  }
}
