import Support

/// The values that the names in formulas stand for.
package struct Workings: Sendable {
  fileprivate var claims: [String: Claim]
  fileprivate var values: [String: NamedValue]
  fileprivate var measures: [String: Measure]

  package func subject(of name: String) -> String? {
    claims[name]?.subject ?? values[name]?.subject
  }

  package func claim(_ name: String) -> Claim? { claims[name] }

  /// A value that some formula needed, with its stated unit if it has one.
  package func value(_ name: String) -> (measure: Measure, unit: ClaimUnit?)? {
    measures[name].map { ($0, values[name]?.unit) }
  }
}

/// Recomputes numbers from a claims file; values and plans are computed once.
package final class Recomputation {
  /// A way that cannot be gone, with its place in the claims file.
  package struct Problem: Error {
    package var place: Place
    package var message: String
    package var hint: String?
  }

  private static let maximumDepth = 200

  private let claims: [String: Claim]
  private let values: [String: NamedValue]
  private let figures: PlanMeasures
  /// What stands for a claim in formulas in place of what is published.
  private let stand: (_ claim: String) -> Measure?
  private var known: [String: Measure] = [:]
  /// Values that are being computed, the outermost first.
  private var open: [String] = []

  /// - Parameter stand: what stands for a claim in formulas; nil: what is published.
  package init(
    _ file: Claims, figures: PlanMeasures = PlanMeasures(),
    stand: @escaping (_ claim: String) -> Measure? = { _ in nil }
  ) {
    self.figures = figures
    self.stand = stand
    claims = Dictionary(file.claims.map { ($0.id, $0) }) { first, _ in first }
    values = Dictionary(file.values.map { ($0.name, $0) }) { first, _ in first }
  }

  /// Recomputes a claim by its derivation; a claim cannot be its own reason.
  package func measure(of claim: Claim, by way: Derivation) throws(Problem) -> Measure {
    // What stands for a claim may be computed here as well, in the middle of another one.
    let outer = open
    open = [claim.id]
    defer { open = outer }
    return try measure(way, at: claim.place)
  }

  /// The values computed so far, for those who show them.
  package var workings: Workings { Workings(claims: claims, values: values, measures: known) }

  private func measure(_ way: Derivation, at place: Place) throws(Problem) -> Measure {
    switch way {
    case .stated(let interval): return Measure(interval: interval, kind: .number)
    case .formula(let formula): return try measure(formula)
    case .each(let formulas):
      guard let first = formulas.first else {
        throw Problem(place: place, message: "expected at least one formula")
      }
      return try measure(first)
    case .sum(let rows):
      let formulas = rows.map { Formula.name($0.name, $0.place) }
      guard !formulas.isEmpty else { throw Problem(place: place, message: "a sum needs rows") }
      return try measure(.call(.sum, formulas, place))
    case .catalog(let query, let place):
      return try exact(place) { () throws(PlanMeasures.Problem) in try CatalogFigures.measure(query)
      }
    case .plan(let query, let place):
      return try exact(place) { () throws(PlanMeasures.Problem) in try figures.measure(query) }
    case .route(let query, let place):
      return try exact(place) { () throws(PlanMeasures.Problem) in try CatalogFigures.measure(query)
      }
    }
  }

  private func exact(
    _ place: Place, _ body: () throws(PlanMeasures.Problem) -> Measure
  ) throws(Problem) -> Measure {
    do {
      return try body()
    } catch {
      throw Problem(place: place, message: error.message)
    }
  }

  private func measure(_ formula: Formula) throws(Problem) -> Measure {
    switch formula {
    case .number(let number, _): return Measure(interval: Interval(number), kind: .number)
    case .name(let name, let place): return try measure(name, place)
    case .binary(let operation, let a, let b, let place):
      let (left, right) = (try measure(a), try measure(b))
      if operation == .plus || operation == .minus { try same(left, right, place) }
      return try arithmetic(place) { () throws(Rational.Problem) in
        try left.combined(operation, with: right)
      }
    case .call(let function, let arguments, let place):
      var all: [Measure] = []
      for argument in arguments { all.append(try measure(argument)) }
      for other in all.dropFirst() { try same(all[0], other, place) }
      let values = all
      return try arithmetic(place) { () throws(Rational.Problem) in try function.of(values) }
    }
  }

  private func same(_ a: Measure, _ b: Measure, _ place: Place) throws(Problem) {
    guard a.kind != b.kind else { return }
    throw Problem(
      place: place, message: "units do not go together: \(a.kind.words) and \(b.kind.words)")
  }

  private func arithmetic(
    _ place: Place, _ body: () throws(Rational.Problem) -> Measure
  ) throws(Problem) -> Measure {
    do {
      return try body()
    } catch .divisionByZero {
      throw Problem(place: place, message: "division by zero")
    } catch {
      throw Problem(place: place, message: "the numbers have too many digits to be exact")
    }
  }

  /// A claim stands for what is published.
  private func measure(_ name: String, _ place: Place) throws(Problem) -> Measure {
    if open.contains(name) {
      let circle = (open + [name]).joined(separator: " → ")
      throw Problem(place: place, message: "'\(name)' is computed from itself: \(circle)")
    }
    if let claim = claims[name] {
      if let other = stand(name) { return other }
      return try arithmetic(place) { () throws(Rational.Problem) in
        Measure(
          interval: try claim.published.value.multiplied(by: claim.unit.scale),
          kind: claim.unit.kind)
      }
    }
    if let known = known[name] { return known }
    guard let value = values[name] else {
      let names = Array(claims.keys) + Array(values.keys)
      throw Problem(
        place: place, message: "unknown name '\(name)', expected a claim or a value",
        hint: NearestName.hint(for: name, among: names))
    }
    guard open.count < Self.maximumDepth else {
      throw Problem(place: place, message: "values rest on values too deeply")
    }
    open.append(name)
    var result = try measure(value.way, at: value.place)
    open.removeLast()
    if let unit = value.unit {
      if case .stated = value.way {
        result.kind = unit.kind
      } else if result.kind != unit.kind {
        throw Problem(
          place: value.place,
          message: "'\(name)' is said to be in \(unit.text), but it is in \(result.kind.words)")
      }
    }
    if let assumption = value.assumption { result.assume([assumption]) }
    known[name] = result
    return result
  }

  // MARK: What a number rests on

  /// The claims that a way uses, also by way of values, each once in the order of their use.
  package func claims(in way: Derivation) -> [String] {
    var found: [String] = []
    collect(way) { if case .claim(let name) = $0, !found.contains(name) { found.append(name) } }
    return found
  }

  /// Whether all that leads to the number is one figure of a file that was typed from the document.
  package func isTyped(_ way: Derivation, from document: String) -> Bool {
    var leaves: [Leaf] = []
    collect(way) { if !leaves.contains($0) { leaves.append($0) } }
    guard leaves.count == 1, case .figure(_, let typedFrom) = leaves[0] else { return false }
    return typedFrom.contains(document)
  }

  /// What is not computed from anything else; numbers that the claims file states are no evidence.
  private enum Leaf: Equatable {
    case claim(String)
    /// Told from others by its query's description.
    case figure(String, TypedFrom)
  }

  private func collect(_ way: Derivation, depth: Int = 0, _ note: (Leaf) -> Void) {
    func names(_ names: [String]) {
      for name in names {
        if claims[name] != nil {
          note(.claim(name))
        } else if let value = values[name], depth < Self.maximumDepth {
          collect(value.way, depth: depth + 1, note)
        }
      }
    }
    switch way {
    case .stated: break
    case .formula(let formula): names(formula.names.map(\.name))
    case .each(let formulas): names(formulas.flatMap(\.names).map(\.name))
    case .sum(let rows): names(rows.map(\.name))
    case .catalog(let query, _):
      note(.figure("\(query.catalog) \(query.model.name) \(query.figure)", query.typedFrom))
    case .plan(let query, _):
      let parts = [query.model, query.useCase, query.cacheClass].map { $0 ?? "" }
      note(
        .figure(
          "\(query.scenario.name) \(query.users) \(query.figure) \(query.isSimulated) \(parts)",
          query.typedFrom))
    case .route(let query, _):
      note(.figure("\(query.policy.name) \(query.attributes) \(query.figure)", query.typedFrom))
    }
  }
}
