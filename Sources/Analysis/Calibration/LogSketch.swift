import CostModel
import Scenarios
import Simulator
import Support

/// Calls of one combination of attributes at one model, as the log has them.
package struct CallCell: Sendable {
  /// Index into the log's kinds.
  package var kind: Int
  /// nil: the log names none.
  package var model: ModelID?
  package var calls: Int64 = 0
  package var failed: Int64 = 0
  /// Calls of which the log says whether they failed.
  package var judged: Int64 = 0
  /// Of calls that did not fail. Input is what the provider's cache neither gave nor took.
  package var input = SizeSketch()
  /// Without thinking.
  package var output = SizeSketch()
  package var reasoning = SizeSketch()
  /// Microseconds.
  package var audio = SizeSketch()
  /// Microseconds.
  package var latency = SizeSketch()
  /// Tokens that the provider's cache gave or took, 0 included.
  package var cached = SizeSketch()
  package var readTokens: Int128 = 0
  /// Tokens that the provider's cache took for its shorter and its longer time.
  package var written: Int128 = 0
  package var writtenLong: Int128 = 0
  /// Calls with any of them, and those that read.
  package var cachedCalls: Int64 = 0
  package var readCalls: Int64 = 0
  /// By meter, of calls that have some of it.
  package var meters: [CallMeter: SizeSketch] = [:]
  /// What calls state as the most that the answer may have.
  package var maxTokens = SizeSketch()

  /// Whether no call that was answered tells a size other than 0.
  package var tellsNoSize: Bool {
    meters.isEmpty && [cached, input, output, reasoning, audio].allSatisfy { $0.sum == 0 }
  }

  /// Calls that did not fail.
  package var answered: Int64 { calls - failed }

  /// What all answered calls have of a meter.
  package func size(_ meter: CallMeter) -> SizeSketch {
    var sketch = meters[meter] ?? SizeSketch()
    sketch.add(0, times: answered - sketch.count)
    return sketch
  }

  package mutating func add(_ row: TraceRecord) {
    calls += 1
    if row.status != .unknown { judged += 1 }
    if row.status.isFailure {
      failed += 1
      return
    }
    let read = max(0, row.cached)
    let (short, long) = (max(0, row.cacheWrite), max(0, row.meters.cacheWriteLong))
    let kept = read + short + long
    written += Int128(short)
    writtenLong += Int128(long)
    cached.add(kept)
    readTokens += Int128(read)
    if kept > 0 { cachedCalls += 1 }
    if read > 0 { readCalls += 1 }
    if row.input >= 0 { input.add(max(0, row.input - kept)) }
    if row.maxTokens >= 0 { maxTokens.add(row.maxTokens) }
    if row.output >= 0 { output.add(max(0, row.output - max(0, row.reasoning))) }
    if row.reasoning >= 0 { reasoning.add(row.reasoning) }
    if row.audio >= 0 { audio.add(row.audio) }
    if row.latency >= 0 { latency.add(row.latency) }
    guard !row.meters.isEmpty else { return }
    for meter in CallMeter.allCases {
      let quantity = row.meters[keyPath: LoggedMeters.path(meter)]
      if quantity > 0 { meters[meter, default: SizeSketch()].add(quantity) }
    }
  }

  package mutating func merge(_ other: CallCell) {
    calls += other.calls
    failed += other.failed
    judged += other.judged
    input.merge(other.input)
    output.merge(other.output)
    reasoning.merge(other.reasoning)
    audio.merge(other.audio)
    latency.merge(other.latency)
    cachedCalls += other.cachedCalls
    readCalls += other.readCalls
    readTokens += other.readTokens
    written += other.written
    writtenLong += other.writtenLong
    cached.merge(other.cached)
    for (meter, sketch) in other.meters { meters[meter, default: SizeSketch()].merge(sketch) }
    maxTokens.merge(other.maxTokens)
  }

  /// All of them as one.
  package static func merged(_ cells: [CallCell]) -> CallCell {
    var result = CallCell(kind: cells.first?.kind ?? 0, model: cells.first?.model)
    for cell in cells { result.merge(cell) }
    return result
  }
}

/// The first pass over a log: counters only. Memory grows with users, kinds of calls and the
/// log's days, not with its rows.
package struct LogSketch: Sendable {
  /// One use case.
  package struct Workload: Sendable {
    /// nil: the log does not say.
    package var useCase: String?
    package var calls: Int64 = 0
    /// Calls by quarter of an hour since the epoch, which every time zone's hours are made of.
    package var quarters: [Int64: Int64] = [:]
    package var prompts = PromptSketch()
    /// Calls with a prompt by user; the last one: of users that the log does not name.
    package var promptCalls: [UInt32: Int64] = [:]
  }

  package static let quarter: Int64 = 900_000_000

  /// The quarter of an hour that a time is in.
  package static func quarter(of time: Int64) -> Int64 {
    time >= 0 ? time / quarter : (time + 1) / quarter - 1
  }

  package private(set) var workloads: [Workload] = []
  package private(set) var cells: [CallCell] = []
  /// By the log's kind.
  package private(set) var workloadOfKind: [Int] = []
  package private(set) var kinds: [CallAttributes] = []
  /// By the log's user number.
  package private(set) var userCalls: [Int64] = []
  package private(set) var accountPlans: [String?] = []
  package private(set) var callsWithoutUser: Int64 = 0
  package private(set) var callsWithoutModel: Int64 = 0
  /// Requests that tell blocks of their prompt and no cached tokens.
  package private(set) var blockCalls: Int64 = 0
  /// Requests by session, as prompts are counted.
  package private(set) var sessions = PromptSketch()
  /// By workload, where the log tells sessions.
  package private(set) var scouts: [SessionScout] = []
  /// Whether the log has a column of sessions.
  package var tellsSessions = false
  private var walk = SessionWalk()
  /// Names of models that the catalog does not have, or has no price for.
  package private(set) var unknownModels: Set<String> = []
  package private(set) var first = Int64.max
  package private(set) var last = Int64.min

  private let catalog: Catalog
  /// By the log's model number.
  package private(set) var models: [ModelID?] = []
  private var cellIndex: [UInt64: Int] = [:]
  /// Of the blocks that rows tell, by the log's model number.
  private var blockCaches: [UInt32: PromptCache] = [:]

  /// For how long a provider is taken to keep what it has read.
  package static let kept = SimDuration.hour

  package init(catalog: Catalog) { self.catalog = catalog }

  /// Rows in order of time.
  package mutating func add(_ batch: TraceBatch, _ symbols: TraceSymbols) {
    for number in models.count..<symbols.models.count {
      let name = symbols.models.name(UInt32(number))
      let id = catalog.id(named: name)
      if id.map({ catalog[$0].prices.isEmpty }) ?? true { unknownModels.insert(name) }
      models.append(id)
    }
    for attributes in symbols.kinds.dropFirst(kinds.count) { addKind(attributes) }
    while userCalls.count < symbols.users.count {
      userCalls.append(0)
      accountPlans.append(nil)
    }
    for var record in batch.records {
      if record.cached < 0, record.blockCount > 0 { record.cached = read(record, batch) }
      add(record)
      guard tellsSessions else { continue }
      let workload = workloadOfKind[Int(record.kind)]
      while scouts.count <= workload { scouts.append(SessionScout()) }
      guard let step = walk.step(record, workload: workload) else { continue }
      scouts[workload].add(step, record, blocks: batch.blocks(of: record))
    }
  }

  /// Whether the calls of a workload are those of conversations.
  package func isConversation(_ workload: Int) -> Bool {
    scouts.indices.contains(workload)
      && scouts[workload].isConversation(of: workloads[workload].calls)
  }

  /// Calls, or conversations that begin, by quarter of an hour.
  package func arrivals(ofWorkload number: Int) -> [Int64: Int64] {
    isConversation(number) ? scouts[number].quarters : workloads[number].quarters
  }

  /// Of each user, calls and conversations.
  package var arrivalsByUser: [Int64] {
    var counts = userCalls
    for (number, scout) in scouts.enumerated() where isConversation(number) {
      for (user, calls) in scout.userCalls where user != TraceRow.none {
        counts[Int(user)] -= calls - scout.users[user, default: 0]
      }
    }
    return counts
  }

  /// What a cache that keeps blocks for an hour would have of the row's.
  private mutating func read(_ row: TraceRecord, _ batch: TraceBatch) -> Int64 {
    blockCalls += 1
    var cache =
      blockCaches.removeValue(forKey: row.model)
      ?? PromptCache(PromptCacheSettings(ttl: Self.kept))
    defer { blockCaches[row.model] = cache }
    return cache.read(
      blocks: batch.blocks(of: row), blockSize: Int64(row.blockSize), input: max(0, row.input),
      at: SimTime(microseconds: row.time))
  }

  private mutating func addKind(_ attributes: CallAttributes) {
    kinds.append(attributes)
    let useCase = attributes[.useCase]
    if let known = workloads.firstIndex(where: { $0.useCase == useCase }) {
      workloadOfKind.append(known)
    } else {
      workloadOfKind.append(workloads.count)
      workloads.append(Workload(useCase: useCase))
    }
  }

  private mutating func add(_ row: TraceRecord) {
    first = min(first, row.time)
    last = max(last, row.time)
    let kind = Int(row.kind)
    let model = row.model == TraceRow.none ? nil : models[Int(row.model)]
    if model == nil { callsWithoutModel += 1 }
    if row.user == TraceRow.none {
      callsWithoutUser += 1
    } else {
      userCalls[Int(row.user)] += 1
      if let plan = kinds[kind][.accountPlan] { accountPlans[Int(row.user)] = plan }
    }
    if row.session != 0 { sessions.add(prompt: row.session, user: row.user, at: row.time) }
    cells[cell(kind, model)].add(row)
    let number = workloadOfKind[kind]
    workloads[number].calls += 1
    workloads[number].quarters[Self.quarter(of: row.time), default: 0] += 1
    guard row.prompt != 0 else { return }
    workloads[number].prompts.add(prompt: row.prompt, user: row.user, at: row.time)
    workloads[number].promptCalls[row.user, default: 0] += 1
  }

  private mutating func cell(_ kind: Int, _ model: ModelID?) -> Int {
    let key = UInt64(kind) << 32 | UInt64(model.map { $0.index + 1 } ?? 0)
    if let known = cellIndex[key] { return known }
    cellIndex[key] = cells.count
    cells.append(CallCell(kind: kind, model: model))
    return cells.count - 1
  }

  // MARK: Parts

  package var calls: Int64 { workloads.reduce(0) { $0 + $1.calls } }

  package func cells(ofWorkload number: Int) -> [CallCell] {
    cells.filter { workloadOfKind[$0.kind] == number }
  }

  /// Weekday · 24 + local hour.
  package static func cell(_ time: Int64, in period: Period) -> Int {
    let local = time + Int64(period.offset(at: SimTime(microseconds: time))) * 1_000_000
    let hours = Int((Double(local) / 3.6e9).rounded(.down))
    let day = Int((Double(hours) / 24).rounded(.down))
    return CivilDate(daysSinceEpoch: day).weekday * 24 + hours - day * 24
  }

  /// Calls and time covered by weekday and local hour; nil: of all workloads.
  package func week(ofWorkload number: Int?, in period: Period) -> ProfileFit.Week {
    var week = ProfileFit.Week()
    func cell(_ quarter: Int64) -> Int { Self.cell(quarter * Self.quarter, in: period) }
    let (start, end) = (Self.quarter(of: first), Self.quarter(of: last))
    for quarter in start...end {
      let from = max(first, quarter * Self.quarter)
      let to = min(last + 1, (quarter + 1) * Self.quarter)
      week.exposure[cell(quarter)] += Double(to - from) / 3.6e9
    }
    for index in workloads.indices where number == nil || number == index {
      for (quarter, count) in arrivals(ofWorkload: index) {
        week.calls[cell(quarter)] += Double(count)
      }
    }
    return week
  }
}
