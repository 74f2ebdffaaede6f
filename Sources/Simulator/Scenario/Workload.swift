import CostModel

/// One use case's traffic: how often, when, and what each of its calls looks like.
///
/// A plain workload has one stage of one call. A flow has several: the calls of a stage run in
/// parallel, the next stage arrives at the last outcome of the one before.
struct Workload: Sendable {
  /// Unique in the scenario; keys the workload's random draws.
  var name: String
  /// `use_case` in the tables; several workloads may share one.
  var useCase: String
  /// Calls (or flows) a month of a user of activity 1.
  var volume: Double
  /// Factor on the volume by account plan; 1 where not listed.
  var volumeByAccountPlan: [String: Double] = [:]
  var profile = TrafficProfile.flat
  var arrivals = ArrivalProcess.poisson
  var stages: [Stage]
  /// What a flow is told that gives up: a tool was called in the last of its rounds; nil: none does.
  var givesUpWith: String?

  /// What it is told where the scenario does not say.
  static let unstatedError = "too many rounds"
}

/// Calls that are made at the same moment.
struct Stage: Sendable {
  /// What a stage is in rounds that go on until no tool is called.
  enum Part: Sendable {
    /// It comes after the stage before.
    case step
    /// Its calls are tools; whether any is called decides of the next round.
    case tools
    /// Comes only where the tools before called any; otherwise the flow ends here, in good order.
    case round
  }

  var part = Part.step
  /// From the last outcome of the stage before to this stage's arrival (extraction time).
  var delay = SimDuration.zero
  /// Chance that the flow goes on to this stage at all; otherwise it ends here, in good order.
  var continuation = 1.0
  /// Chance that this stage is made; otherwise the flow passes on to the next one.
  var chance = 1.0
  var calls: [StageCall]
}

/// One call of a stage.
struct StageCall: Sendable {
  /// Chance that the call is made (a tool that the butler may or may not use).
  var probability = 1.0
  /// Of a tool: chance that it is called at all, by a model's call or without; nil: `probability`.
  var called: Double?
  /// Shares add up to 1.
  var mix: [Variant]
  /// As the file calls it; empty where it has no name.
  var name = ""
}

/// One kind of call in a mix.
struct Variant: Sendable {
  var share: Double
  var attributes = CallAttributes()
  /// Input tokens, the static prefix and frames included once drawn (`prefix` and `frames` are
  /// added to what `input` draws).
  var input = Distribution.fixed(0)
  /// Visible output tokens.
  var output = Distribution.fixed(0)
  /// Thinking tokens, billed as output and on top of the visible ones.
  var reasoning = Distribution.fixed(0)
  /// Seconds of audio.
  var audio = Distribution.fixed(0)
  /// Image tokens of all frames, part of the input.
  var frameTokens: Int64 = 0
  /// Images billed by the piece, sent or made; no tokens.
  var images: Int64 = 0
  /// What the call reserves for its answer, and what cuts it.
  var maxTokens: Int64?
  /// What `maxTokens` limits.
  var limitedTokens = LimitedTokens.all
  var prompts = PromptRepetition.unique
  /// The static prefix that a provider's prompt cache may hold; 0: none.
  var prefixTokens: Int64 = 0
  var prefixSharedByUsers = true
  /// Messages that the call is for.
  var msgs: Int64 = 1
  var batch = false
  var serviceTier: String?
  /// Chance that an answered call is rated well, of those that are rated; nil: not rated.
  var satisfaction: Double?
  /// Share of answered calls that are rated at all.
  var ratedShare = 1.0
  /// Chance that an answered call converts; nil: it is not a sales message.
  var conversion: Double?
  /// What a conversion brings; nil: not stated.
  var conversionValue: MoneySum?
  /// What else is told of its answers.
  var quality = QualityRates()
  /// As the file calls it; empty where it has no name.
  var name = ""
  /// Decides in place of the policy: a variant of an experiment has a model of its own.
  var pinned: Policy.Rule?
  /// It converts, and the knowledge base may answer it.
  var asksKnowledge = false
  /// The classifier's own call.
  var isClassifier = false
  /// A classifier is asked where the call goes.
  var isClassified = false
  /// Models that cannot do the task: left out of the call's chain, unless it is routed to them.
  var unfit: Set<ModelID> = []
}

/// What becomes of the answers of one kind of call, beside ratings and sales; nil: it is not told.
struct QualityRates: Sendable {
  /// Chance that an answer is sent.
  var sent: Double?
  /// Chance that whoever gets it does something with it.
  var engagement: Double?
  /// Seconds until that.
  var responseTime: Distribution?
  /// Chances that an answer makes things up, is not fit to be sent, or is of no use for technical reasons.
  var hallucination: Double?
  var inappropriate: Double?
  var technicalError: Double?

  var isStated: Bool {
    responseTime != nil
      || [sent, engagement, hallucination, inappropriate, technicalError].contains { $0 != nil }
  }
}

/// How often the same prompt comes back.
enum PromptRepetition: Hashable, Sendable {
  /// The call carries no prompt: the cache neither looks nor stores.
  case none
  /// Every prompt is new: the cache looks, misses and stores.
  case unique
  /// A pool of `size` prompts, the k-th drawn in proportion to k^−`exponent`; each user has an
  /// own pool or all share one.
  case pool(size: Int, exponent: Double, perUser: Bool)
}

/// Relative traffic by local hour of the day and by weekday (0 is Monday).
struct TrafficProfile: Hashable, Sendable {
  var hours: [Double]
  var weekdays: [Double]
  /// On top of the monthly volume, which the profile alone spreads.
  var surges: [Surge] = []

  static let flat = TrafficProfile(
    hours: Array(repeating: 1, count: 24), weekdays: Array(repeating: 1, count: 7))
}

/// `factor` times the usual traffic in `from ..< to`; surges that overlap multiply.
struct Surge: Hashable, Sendable {
  var from: SimTime
  var to: SimTime
  var factor: Double
}

/// How a user's calls follow one another in operational time.
enum ArrivalProcess: Hashable, Sendable {
  case poisson
  /// Gamma renewal with that coefficient of variation of the gaps, started in equilibrium.
  case gamma(cv: Double)
  /// The stated number of calls to the unit, spread over the profile.
  case exact
}

/// Which output tokens a call's limit counts: providers differ.
enum LimitedTokens: String, CaseIterable, Sendable {
  /// Thinking and answer together. Thinking comes first, so that it is the answer that is cut.
  case all
  /// The answer alone; thinking is not limited.
  case answer
}

/// Who the users are.
struct UserPopulation: Sendable {
  /// How much more active than the mean some users are.
  enum Activity: Hashable, Sendable {
    case equal
    /// Independent lognormal weights of mean 1 and that coefficient of variation.
    case lognormal(cv: Double)
    /// Fixed classes, dealt out evenly by user number; weights are relative.
    case classes([ActivityClass])
  }
  struct ActivityClass: Hashable, Sendable {
    var name: String
    var share: Double
    var weight: Double
  }
  struct AccountPlan: Hashable, Sendable {
    var name: String
    var share: Double
  }

  /// The user with most expected calls makes that many times as many.
  struct Rogue: Hashable, Sendable {
    var factor: Double
  }

  var activity = Activity.equal
  var rogue: Rogue?
  /// Dealt out evenly by user number. Empty: no account plan.
  var accountPlans: [AccountPlan] = []
  /// What a user pays a month, by account plan; nothing where not listed.
  var subscriptions: [String: MoneySum] = [:]
}
