import CostModel

/// How models are judged for a kind of call (docs/decisions.md, "Models").
struct SelectionRules: Sendable {
  /// Of the parts of a score.
  struct Weights: Hashable, Sendable {
    var quality: Double
    var latency: Double
    var cost: Double
    var conversion: Double
  }

  /// How good one model is at some calls.
  struct Figure: Sendable {
    var model: ModelID
    /// All calls for which these hold.
    var conditions: [Policy.Condition]
    /// 0 to 1.
    var quality: Double
    var source: String
  }

  /// Figures that can be compared with one another.
  struct Scale: Sendable {
    var name: String
    /// What it is, in a few words.
    var title: String
    var figures: [Figure]

    /// The first figure of the model that is about calls like these.
    func figure(of model: ModelID, for call: CallAttributes) -> Figure? {
      figures.first { $0.model == model && call.satisfies($0.conditions) }
    }
  }

  var weights: Weights
  /// The latency and the cost of a call at which their parts of the score are used up.
  var latencyScale: SimDuration
  var costScale: MoneySum
  /// The model where none is left; nil: none is proposed.
  var fallback: ModelID?
  /// Tasks that take a capability of the same name.
  var needs: Set<String>
  /// Share of the calls that a context window must hold.
  var fits: Double
  /// The first that can compare two models counts.
  var scales: [Scale]
  /// Of the mean.
  var maxLatency: SimDuration?
  /// Of the mean call.
  var maxCost: MoneySum?
  var minQuality: Double?
  /// Stands for the quality of models without a figure; nil: they are not scored.
  var standIn: Double?
}
