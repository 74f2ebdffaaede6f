import CostModel
import Scenarios
import Support

/// A claims file: what documents publish, and how to recompute it (docs/claims-format.md).
package struct Claims: Sendable {
  package var title: String
  /// The claims, in file order.
  package var claims: [Claim] = []
  /// Numbers that no document publishes but formulas need, in file order.
  package var values: [NamedValue] = []
  /// A difference of up to this share is doubtful rather than wrong.
  package var doubtfulWithin = (try? Rational(1, over: 20)) ?? .zero
  /// A difference of up to this factor is doubtful where the recomputation rests on an assumption.
  package var assumedFactor = Rational(2)
}

/// One published number.
package struct Claim: Sendable {
  package var id: String
  /// What the number is of; claims of one quantity must agree. The id where the file gives none.
  package var quantity: String
  package var subject: String
  package var published: PublishedNumber
  package var unit: ClaimUnit
  /// Document and line.
  package var source: String
  package var note: String?
  /// Printed in full: a near miss is a miss.
  package var isExact = false
  /// How it is recomputed; nil where nothing lets it be recomputed.
  package var way: Derivation?
  package var place: Place
}

extension Claim {
  /// `complete-guide.md` of `complete-guide.md:2092-2099`.
  package var document: String {
    source.lastIndex(of: ":").map { String(source[..<$0]) } ?? source
  }

  /// `2092-2099` of the same; empty where no line is given.
  package var line: String {
    source.lastIndex(of: ":").map { String(source[source.index(after: $0)...]) } ?? ""
  }
}

/// A number that formulas may use.
package struct NamedValue: Sendable {
  package var name: String
  package var subject: String
  /// The unit that its result is told in; nil: that which the derivation gives.
  package var unit: ClaimUnit?
  package var way: Derivation
  /// Set where it is a choice of the auditor's, and why that choice.
  package var assumption: String?
  package var place: Place
}

/// How a number is recomputed.
package enum Derivation: Sendable {
  case stated(Interval)
  case formula(Formula)
  /// Several formulas, each of which must give it.
  case each([Formula])
  /// The rows of a table.
  case sum([(name: String, place: Place)])
  case catalog(CatalogQuery, Place)
  case plan(PlanQuery, Place)
  case route(RouteQuery, Place)
}

/// A figure of one model in a price catalog.
package struct CatalogQuery: Sendable {
  package enum Figure: String, CaseIterable, Sendable {
    case input, output, audio, calls
    case cacheRead = "cache_read"
    case fixedMonthly = "fixed_monthly"
    case contextWindow = "context_window"
    case maxOutputTokens = "max_output_tokens"
    case latency
  }

  package var catalog: String
  package var model: Model
  package var figure: Figure
  /// Whom the figure was typed from.
  package var typedFrom = TypedFrom()
}

/// A figure of one plan of a scenario.
package struct PlanQuery: Sendable {
  package enum Figure: String, CaseIterable, Sendable {
    case cost, calls
    case costPerCall = "cost_per_call"
    case hitRate = "hit_rate"
    case errorRate = "error_rate"
    case attainableHitRate = "attainable_hit_rate"
    case usersWithinBudget = "users_within_budget"
    case usersWithinQuota = "users_within_quota"
    case latencyP50 = "latency_p50"
    case latencyP95 = "latency_p95"
    case latencyP99 = "latency_p99"
  }

  package var scenario: Scenario
  package var users: Int
  package var figure: Figure
  package var isSimulated: Bool
  package var model: String?
  package var useCase: String?
  package var cacheClass: String?

  package var typedFrom = TypedFrom()

  /// The scenario with that number of users.
  package var plan: PlanSpec { PlanSpec(name: "users-\(users)", users: users) }
}

/// A question to a routing policy: what it estimates of a call.
package struct RouteQuery: Sendable {
  package enum Figure: String, CaseIterable, Sendable { case cost, latency }

  package var policy: Policy
  package var attributes: CallAttributes
  package var figure: Figure
  package var typedFrom = TypedFrom()
}

/// The documents that a catalog, scenario or policy was typed from: it cannot confirm what they say.
package struct TypedFrom: Hashable, Sendable {
  /// The documents that the claims file lists, in its order.
  package var documents: [String] = []
  /// The sources that the file itself states.
  package var sources: [String] = []

  package func contains(_ document: String) -> Bool {
    documents.contains(document) || sources.contains { Self.names(document, in: $0) }
  }

  /// `plan.md` in `plan.md:3` and in `tables.pdf, plan.md`, but not in `business-plan.md`.
  private static func names(_ document: String, in text: String) -> Bool {
    guard !document.isEmpty else { return false }
    return text.ranges(of: document).contains { range in
      func isOpen(_ character: Character?) -> Bool {
        character.map { !$0.isLetter && !$0.isNumber && !"-_./".contains($0) } ?? true
      }
      let before = text[..<range.lowerBound].last
      let after = text[range.upperBound...].first
      return isOpen(before) && (isOpen(after) || after == ".")
    }
  }
}
