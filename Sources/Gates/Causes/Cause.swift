import CostModel
import Scenarios

/// Why a bill changed. In the order in which causes are told.
package enum Cause: String, CaseIterable, Sendable {
  case volume, mix, tokens, cache, routing, price, failures
  /// What the budget's lines do to calls, in the simulation.
  case enforcement
  case timing
  /// The same inputs, computed by another version of this program.
  case program
  /// What is left: chance, and what only a simulation sees (queues, open breakers).
  case chance

  /// How people call it.
  package var words: String {
    switch self {
    case .volume: "volume"
    case .mix: "mix of calls"
    case .tokens: "tokens"
    case .cache: "cache"
    case .routing: "routing"
    case .price: "price"
    case .failures: "failures and limits"
    case .enforcement: "acting on the budget"
    case .timing: "calendar and hours"
    case .program: "another version of costsim"
    case .chance: "chance, queues and breakers"
    }
  }
}

/// One input that differs between two scenarios.
package struct InputChange: Sendable {
  /// A scenario and the users of the plan that is looked at.
  package struct State: Sendable {
    package var scenario: Scenario
    package var users: Int
  }

  package var cause: Cause
  /// The input that differs, in words: `price of gpt-4o, output tokens`.
  package var what: String
  /// Empty where the values are too long to be told.
  package var from = ""
  package var to = ""
  /// The part of the bill that it is about; nil: the whole bill.
  package var part: BillPart?
  /// Makes the base scenario say what the new one says.
  package var apply: @Sendable (inout State) -> Void

  /// `price of gpt-4o, output tokens: $10.00 → $12.00 per 1M tokens`.
  package var words: String { from.isEmpty && to.isEmpty ? what : "\(what): \(from) → \(to)" }
}

/// A part of a bill that one input may be about. Parts of one kind have nothing in common.
package enum BillPart: Hashable, Sendable {
  package enum Kind: CaseIterable, Sendable { case workload, variant, model }

  case workload(Int)
  case variant(workload: Int, stage: Int, call: Int, variant: Int)
  case model(ModelID)

  package var kind: Kind {
    switch self {
    case .workload: .workload
    case .variant: .variant
    case .model: .model
    }
  }
}

/// The amount by which one cause changes a bill.
package struct CauseAmount: Sendable {
  package struct Input: Sendable {
    package var words: String
    package var amount: MoneySum
  }

  package var cause: Cause
  package var amount: MoneySum
  /// The inputs that changed, their amounts adding up to the cause's; empty where none is known.
  package var inputs: [Input] = []
}
