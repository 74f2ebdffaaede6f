import CostModel

/// A way to save, or an alternative to compare with: overrides with words.
struct Lever: Sendable {
  var name: String
  var title: String
  /// Overrides that put it to use; empty: the file knows none.
  var with: [String] = []
  /// Overrides that take it away where it is in use; empty: the file knows none.
  var without: [String] = []
  /// Model by model: one lever for every use case whose calls go to the first one.
  var substitutes: [(model: String, by: String)] = []
  /// Takes the place of the whole set-up, and so is not combined with others.
  var isAlternative = false
  /// The number of users that its figures are of; nil: it holds for any.
  var users: Int?
  /// What its source says that it saves in a month.
  var published: Published?
  /// What it does to the answers.
  var quality: String?
  var source: String?

  /// A saving that a document publishes.
  struct Published: Hashable, Sendable {
    var saving: MoneySum?
    /// Of the bill without the lever.
    var share: Double?
  }
}

/// Something that may go wrong: overrides, for all of the period or some days of it.
struct Shock: Sendable {
  /// When a shock begins.
  enum Start: Hashable, Sendable {
    /// Day of the period, from 1.
    case day(Int)
    case moment(SimTime)
    /// Where the plan expects most calls while the shock lasts, from a local midnight on.
    case busiestDay
    /// The same, from a full local hour on.
    case busiestHour
  }

  var name: String
  var title: String
  var with: [String]
  /// nil: the whole period.
  var from: Start?
  /// Set where `from` is, unless all is over in a moment.
  var length: SimDuration?
  /// One shock for each provider that calls go to.
  var isByProvider = false
  var source: String?
}

/// Capacity at a fixed price, used or not: provisioned throughput, a machine of one's own.
struct Capacity: Sendable {
  var name: String
  var title: String
  /// Names of the models whose calls it takes.
  var models: [String]
  /// Of a unit, a month.
  var unitPrice: MoneySum
  var minimumUnits = 1
  /// Of a unit; input tokens, output tokens counting `outputWeight` each.
  var tokensPerMinute: Int64
  var outputWeight = 1.0
  var source: String?
  var assumption: String?
}
