import CostModel

/// What a scenario must have for a lever or a shock to say anything about it.
package enum Precondition: String, CaseIterable, Sendable {
  case responseCache = "response cache"
  /// Or a cache in use, which says itself how often it answers.
  case repeatedPrompts = "repeated prompts"

  /// What a scenario lacks, in words; nil: it meets the condition.
  package func lacking(in scenario: Scenario) -> String? {
    switch self {
    case .responseCache:
      scenario.cache.mode == .off ? "there is no response cache here" : nil
    case .repeatedPrompts:
      scenario.repeatsPrompts || scenario.cache.mode != .off
        ? nil : "no call's 'prompts' are said to come back, so no answer can be used again"
    }
  }
}

/// A way to save, or an alternative to compare with: overrides with words.
package struct Lever: Sendable {
  package var name: String
  package var title: String
  /// Its title where it is in use already; nil: the same.
  package var titleInUse: String?
  /// What a scenario must have; else it does not apply.
  package var needs: [Precondition] = []
  /// Overrides that put it to use; empty: the file knows none.
  package var with: [String] = []
  /// Overrides that take it away where it is in use; empty: the file knows none.
  package var without: [String] = []
  /// Model by model: one lever for every use case whose calls go to the first one.
  package var substitutes: [(model: String, by: String)] = []
  /// Takes the place of the whole set-up, and so is not combined with others.
  package var isAlternative = false
  /// The number of users that its figures are of; nil: it holds for any.
  package var users: Int?
  /// What its source says that it saves in a month.
  package var published: Published?
  /// What it does to the answers.
  package var quality: String?
  package var source: String?

  /// The lever as it is told of where it is in use.
  package var asUsed: Lever {
    var lever = self
    lever.title = titleInUse ?? title
    return lever
  }

  /// A saving that a document publishes.
  package struct Published: Hashable, Sendable {
    package var saving: MoneySum?
    /// Of the bill without the lever.
    package var share: Double?
    /// The number of users that it is said of; nil: that is not told.
    package var users: Int?
  }
}

/// Something that may go wrong: overrides, for all of the period or some days of it.
package struct Shock: Sendable {
  /// When a shock begins.
  package enum Start: Hashable, Sendable {
    /// Day of the period, from 1.
    case day(Int)
    case moment(SimTime)
    /// Where the plan expects most calls while the shock lasts, from a local midnight on.
    case busiestDay
    /// The same, from a full local hour on.
    case busiestHour
  }

  package var name: String
  package var title: String
  /// What a scenario must have; else it does not apply.
  package var needs: [Precondition] = []
  package var with: [String]
  /// nil: the whole period.
  package var from: Start?
  /// Set where `from` is, unless all is over in a moment.
  package var length: SimDuration?
  /// One shock for each provider that calls go to.
  package var isByProvider = false
  package var source: String?
}

/// Capacity at a fixed price, used or not: provisioned throughput, a machine of one's own.
package struct Capacity: Sendable {
  package var name: String
  package var title: String
  /// Names of the models whose calls it takes.
  package var models: [String]
  /// Of a unit, a month.
  package var unitPrice: MoneySum
  package var minimumUnits = 1
  /// Of a unit; input tokens, output tokens counting `outputWeight` each.
  package var tokensPerMinute: Int64
  package var outputWeight = 1.0
  package var source: String?
  package var assumption: String?
}
