import CostModel

/// One use case's traffic: how often, when, and what each of its calls looks like.
///
/// A plain workload has one stage of one call. A flow has several: the calls of a stage run in
/// parallel, the next stage arrives at the last outcome of the one before.
package struct Workload: Sendable {
  /// Unique in the scenario; keys the workload's random draws.
  package var name: String
  /// `use_case` in the tables; several workloads may share one.
  package var useCase: String
  /// Calls (or flows) a month of a user of activity 1.
  package var volume: Double
  /// Factor on the volume by account plan; 1 where not listed.
  package var volumeByAccountPlan: [String: Double] = [:]
  package var profile = TrafficProfile.flat
  package var arrivals = ArrivalProcess.poisson
  package var stages: [Stage]
  /// nil: its calls follow no conversation. Its stages are then one, with every kind of call that a
  /// conversation may make as a mix, and so many calls as it makes in the mean.
  package var conversation: ConversationSpec?
  /// How many of its flows or conversations there may be at once; nil: any number.
  package var runLimit: RunLimit?
  /// What a flow is told that gives up: a tool was called in the last of its rounds; nil: none does.
  package var givesUpWith: String?

  package init(
    name: String, useCase: String, volume: Double, volumeByAccountPlan: [String: Double] = [:],
    profile: TrafficProfile = TrafficProfile.flat,
    arrivals: ArrivalProcess = ArrivalProcess.poisson, stages: [Stage], givesUpWith: String? = nil
  ) {
    self.name = name
    self.useCase = useCase
    self.volume = volume
    self.volumeByAccountPlan = volumeByAccountPlan
    self.profile = profile
    self.arrivals = arrivals
    self.stages = stages
    self.givesUpWith = givesUpWith
  }

  /// What it is told where the scenario does not say.
  package static let unstatedError = "too many rounds"
}

/// A limit on the runs of a workload, each from its first stage's start to its last stage's end, like the lines
/// of a telephone system.
package struct RunLimit: Hashable, Sendable {
  package var concurrent: Int
  /// A run that would wait longer for a free place is refused; nil: it waits as long as it takes.
  package var maxWait: SimDuration?

  package init(concurrent: Int, maxWait: SimDuration? = nil) {
    (self.concurrent, self.maxWait) = (concurrent, maxWait)
  }
}

/// Calls that are made at the same moment.
package struct Stage: Sendable {
  /// What a stage is in rounds that go on until no tool is called.
  package enum Part: Sendable {
    /// It comes after the stage before.
    case step
    /// Its calls are tools; whether any is called decides of the next round.
    case tools
    /// Comes only where the tools before called any; otherwise the flow ends here, in good order.
    case round
  }

  package var part = Part.step
  /// From the last outcome of the stage before to this stage's arrival (extraction time).
  package var delay = SimDuration.zero
  /// Chance that the flow goes on to this stage at all; otherwise it ends here, in good order.
  package var continuation = 1.0
  /// Chance that this stage is made; otherwise the flow passes on to the next one.
  package var chance = 1.0
  package var calls: [StageCall]
}

/// One call of a stage.
package struct StageCall: Sendable {
  /// Chance that the call is made (a tool that the butler may or may not use).
  package var probability = 1.0
  /// Of a tool: chance that it is called at all, by a model's call or without; nil: `probability`.
  package var called: Double?
  /// Shares add up to 1.
  package var mix: [Variant]
  /// As the file calls it; empty where it has no name.
  package var name = ""
  /// Calls of the workload that are the same one: an assistant's of each of its rounds; nil: it is none
  /// but itself.
  package var sameAs: Int?
}

/// One kind of call in a mix.
package struct Variant: Sendable {
  package var share: Double
  package var attributes = CallAttributes()
  /// Input tokens, the static prefix and frames included once drawn (`prefix` and `frames` are
  /// added to what `input` draws).
  package var input = Distribution.fixed(0)
  /// Visible output tokens.
  package var output = Distribution.fixed(0)
  /// Thinking tokens, billed as output and on top of the visible ones.
  package var reasoning = Distribution.fixed(0)
  /// Seconds of audio.
  package var audio = Distribution.fixed(0)
  /// Images whose tokens the models' rules tell; they are those of `inputImage` once that is known.
  package var image: SentImages?
  /// Image tokens of all frames, part of the input.
  package var frameTokens: Int64 = 0
  /// What else is metered, by meter: laws of tokens, of pieces, of seconds.
  package var meters: [CallMeter: Distribution] = [:]
  /// What it bills at other models, in the file's order.
  package var uses: [ModelUse] = []
  /// The drawn meter that a total is, where the scenario states no total: both are one draw.
  package var drawnWhole: [CallMeter.Whole: CallMeter] = [:]
  /// What the call reserves for its answer, and what cuts it.
  package var maxTokens: Int64?
  /// What `maxTokens` limits.
  package var limitedTokens = LimitedTokens.all
  package var prompts = PromptRepetition.unique
  /// The static prefix that a provider's prompt cache may hold; 0: none.
  package var prefixTokens: Int64 = 0
  package var prefixSharing = PrefixSharing.all
  /// What all calls of the workload that state it share of their prefixes; nil: calls of one kind and
  /// length share theirs.
  package var prefixName: String?
  /// Whether the provider is asked to keep the static prefix for its longer lifetime.
  package var prefixIsLong = false
  /// Messages that the call is for.
  package var msgs: Int64 = 1
  package var batch = false
  package var serviceTier: String?
  /// Chance that an answered call is rated well, of those that are rated; nil: not rated.
  package var satisfaction: Double?
  /// Share of answered calls that are rated at all.
  package var ratedShare = 1.0
  /// Chance that an answered call converts; nil: it is not a sales message.
  package var conversion: Double?
  /// What a conversion brings; nil: not stated.
  package var conversionValue: MoneySum?
  /// What else is told of its answers.
  package var quality = QualityRates()
  /// As the file calls it; empty where it has no name.
  package var name = ""
  /// Of a conversation's call: what it is for; nil: it is none.
  package var turnKind: ConversationCall?
  /// Decides in place of the policy: a variant of an experiment has a model of its own.
  package var pinned: Policy.Rule?
  /// It converts, and the knowledge base may answer it.
  package var asksKnowledge = false
  /// The classifier's own call.
  package var isClassifier = false
  /// A classifier is asked where the call goes.
  package var isClassified = false
  /// Its conversation's context is full at a share of the routed model's window.
  package var fillsShareOfWindow = false
  /// Models that cannot do the task: left out of the call's chain, unless it is routed to them.
  package var unfit: Set<ModelID> = []

  package init(
    share: Double, attributes: CallAttributes = CallAttributes(),
    input: Distribution = Distribution.fixed(0),
    output: Distribution = Distribution.fixed(0),
    reasoning: Distribution = Distribution.fixed(0),
    audio: Distribution = Distribution.fixed(0), frameTokens: Int64 = 0,
    maxTokens: Int64? = nil, limitedTokens: LimitedTokens = LimitedTokens.all,
    prompts: PromptRepetition = PromptRepetition.unique, prefixTokens: Int64 = 0,
    prefixSharedByUsers: Bool = true, msgs: Int64 = 1, batch: Bool = false,
    serviceTier: String? = nil, satisfaction: Double? = nil, ratedShare: Double = 1.0,
    conversion: Double? = nil, conversionValue: MoneySum? = nil,
    quality: QualityRates = QualityRates(), name: String = "", pinned: Policy.Rule? = nil,
    asksKnowledge: Bool = false, isClassifier: Bool = false, isClassified: Bool = false,
    unfit: Set<ModelID> = []
  ) {
    self.share = share
    self.attributes = attributes
    self.input = input
    self.output = output
    self.reasoning = reasoning
    self.audio = audio
    self.frameTokens = frameTokens
    self.maxTokens = maxTokens
    self.limitedTokens = limitedTokens
    self.prompts = prompts
    self.prefixTokens = prefixTokens
    self.prefixSharedByUsers = prefixSharedByUsers
    self.msgs = msgs
    self.batch = batch
    self.serviceTier = serviceTier
    self.satisfaction = satisfaction
    self.ratedShare = ratedShare
    self.conversion = conversion
    self.conversionValue = conversionValue
    self.quality = quality
    self.name = name
    self.pinned = pinned
    self.asksKnowledge = asksKnowledge
    self.isClassifier = isClassifier
    self.isClassified = isClassified
    self.unfit = unfit
  }
}

/// Whose calls begin with the same static prefix.
package enum PrefixSharing: String, CaseIterable, BitwiseCopyable, Sendable {
  case all, user
  /// Those of one flow or conversation.
  case conversation
}

extension Variant {
  /// Whether all users' calls begin with the same prefix, or else each user's own do.
  package var prefixSharedByUsers: Bool {
    get { prefixSharing == .all }
    set { prefixSharing = newValue ? .all : .user }
  }
}

/// What becomes of the answers of one kind of call, beside ratings and sales; nil: it is not told.
package struct QualityRates: Sendable {
  /// Chance that an answer is sent.
  package var sent: Double?
  /// Chance that whoever gets it does something with it.
  package var engagement: Double?
  /// Seconds until that.
  package var responseTime: Distribution?
  /// Chances that an answer makes things up, is not fit to be sent, or is of no use for technical reasons.
  package var hallucination: Double?
  package var inappropriate: Double?
  package var technicalError: Double?

  package var isStated: Bool {
    responseTime != nil
      || [sent, engagement, hallucination, inappropriate, technicalError].contains { $0 != nil }
  }
}

/// How often the same prompt comes back.
package enum PromptRepetition: Hashable, Sendable {
  /// The call carries no prompt: the cache neither looks nor stores.
  case none
  /// Every prompt is new: the cache looks, misses and stores.
  case unique
  /// A pool of `size` prompts, the k-th drawn in proportion to k^−`exponent`; each user has an
  /// own pool or all share one.
  case pool(size: Int, exponent: Double, perUser: Bool)
}

/// Relative traffic by local hour of the day and by weekday (0 is Monday).
package struct TrafficProfile: Hashable, Sendable {
  package var hours: [Double]
  package var weekdays: [Double]
  /// On top of the monthly volume, which the profile alone spreads.
  package var surges: [Surge] = []

  package static let flat = TrafficProfile(
    hours: Array(repeating: 1, count: 24), weekdays: Array(repeating: 1, count: 7))
}

/// `factor` times the usual traffic in `from ..< to`; surges that overlap multiply.
package struct Surge: Hashable, Sendable {
  package var from: SimTime
  package var to: SimTime
  package var factor: Double
}

/// How a user's calls follow one another in operational time.
package enum ArrivalProcess: Hashable, Sendable {
  case poisson
  /// Gamma renewal with that coefficient of variation of the gaps, started in equilibrium.
  case gamma(cv: Double)
  /// The stated number of calls to the unit, spread over the profile.
  case exact
}

/// Which output tokens a call's limit counts: providers differ.
package enum LimitedTokens: String, CaseIterable, Sendable {
  /// Thinking and answer together. Thinking comes first, so that it is the answer that is cut.
  case all
  /// The answer alone; thinking is not limited.
  case answer
}

/// Who the users are.
package struct UserPopulation: Sendable {
  /// How much more active than the mean some users are.
  package enum Activity: Hashable, Sendable {
    case equal
    /// Independent lognormal weights of mean 1 and that coefficient of variation.
    case lognormal(cv: Double)
    /// Fixed classes, dealt out evenly by user number; weights are relative.
    case classes([ActivityClass])
  }
  package struct ActivityClass: Hashable, Sendable {
    package var name: String
    package var share: Double
    package var weight: Double
  }
  package struct AccountPlan: Hashable, Sendable {
    package var name: String
    package var share: Double
  }

  /// The user with most expected calls makes that many times as many.
  package struct Rogue: Hashable, Sendable {
    package var factor: Double
  }

  package var activity = Activity.equal
  package var rogue: Rogue?
  /// Dealt out evenly by user number. Empty: no account plan.
  package var accountPlans: [AccountPlan] = []
  /// What a user pays a month, by account plan; nothing where not listed.
  package var subscriptions: [String: MoneySum] = [:]

  package init(
    activity: Activity = Activity.equal, rogue: Rogue? = nil, accountPlans: [AccountPlan] = [],
    subscriptions: [String: MoneySum] = [:]
  ) {
    self.activity = activity
    self.rogue = rogue
    self.accountPlans = accountPlans
    self.subscriptions = subscriptions
  }
}
