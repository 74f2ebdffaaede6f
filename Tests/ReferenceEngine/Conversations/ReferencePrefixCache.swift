/// What a provider has stored for one model: a list of whole prompts, each compared item by item.
struct ReferencePrefixCache {
  struct Stored {
    var items: [String]
    var expiry: Int
    var isLong: Bool
  }

  /// To be stored at a moment.
  struct Order {
    var moment: Int
    var stored: Stored
  }

  let model: ScriptedModel
  let fault: ConversationFault?
  var store: [Stored] = []
  var orders: [Order] = []
  var flushed = 0

  init(_ model: ScriptedModel, fault: ConversationFault?) {
    self.model = model
    self.fault = fault
  }

  var cache: ScriptedModel.Cache { model.cache ?? ScriptedModel.Cache() }
  var isBlock: Bool { (cache.match ?? (model.write == nil ? "block" : "breakpoint")) == "block" }
  var refreshes: Bool { (cache.refresh ?? true) && fault != .neverRefreshes }
  var minimum: Int { fault == .noMinimum ? 0 : cache.minimum ?? 0 }

  func micro(_ seconds: Double) -> Int { Int((seconds * 1e6).rounded()) }
  func ttl(isLong: Bool) -> Int { micro((isLong ? cache.longTTL : nil) ?? cache.ttl ?? 0) }

  func live(_ items: [String], at moment: Int) -> Int? {
    store.firstIndex { stored in
      let isSame =
        fault == .comparesTheLastItemAlone
        ? stored.items.last == items.last : stored.items == items
      return isSame && moment < stored.expiry
    }
  }

  /// Carries out what is due, in the order of moments, then of orders.
  mutating func catchUp(to moment: Int) {
    let flushes = (cache.flush ?? []).map(micro).sorted()
    while true {
      let due = orders.indices.filter { orders[$0].moment <= moment }
      let next = due.min { (orders[$0].moment, $0) < (orders[$1].moment, $1) }
      let flush = flushed < flushes.count ? flushes[flushed] : Int.max
      if flush <= moment, next.map({ flush <= orders[$0].moment }) ?? true {
        if fault != .noFlush { store = [] }
        flushed += 1
        continue
      }
      guard let next else { return }
      let order = orders.remove(at: next)
      if let old = live(order.stored.items, at: order.moment) {
        if refreshes, store[old].expiry < order.stored.expiry { store[old] = order.stored }
      } else {
        store.append(order.stored)
      }
    }
  }

  /// One attempt: the parts of the prompt, read, short and long.
  mutating func attempt(
    _ items: [ReferenceContext.Item], output: (identity: String, tokens: Int)?, policy: String,
    life: ScriptedConversation.Lifetime?, from s: Int, to e: Int, fails: Bool, hit: Double
  ) -> (read: Int, short: Int, long: Int) {
    catchUp(to: s)
    let names = items.map(\.identity)
    let hasLong = cache.longTTL != nil
    let prefixes = items.count { $0.kind == "prefix" }
    let length = { (count: Int) in ReferenceContext.tokens(Array(items.prefix(count))) }
    // A boundary is the number of items before it.
    let isLong = { (count: Int) -> Bool in
      let part = (count <= prefixes ? life?.prefix : life?.rest) ?? "short"
      return part == "long" && hasLong
    }
    var marks: [Int] = []
    if policy == "prefix" || policy == "rolling" { marks.append(prefixes) }
    if policy == "rolling" || policy == "automatic" { marks.append(items.count) }
    if isBlock {
      marks = policy == "none" ? [] : policy == "prefix" ? [prefixes] : Array(1..<items.count + 1)
    }
    marks = Array(Set(marks)).sorted().filter { $0 > 0 && length($0) >= max(1, minimum) }
    let isWarm = hit < (cache.hitChance ?? 1)
    let found = isWarm ? find(names, items, marks, at: s) : 0
    var latest = Int.max
    if isWarm { latest = use(names, marks: marks, found: found, at: s) }
    let moment = readableMoment(from: s, to: e, fails: fails)
    var written = isBlock ? marks : marks.filter { length($0) > length(found) }
    if let moment {
      var orders = written.map {
        Stored(
          items: Array(names.prefix($0)), expiry: s + ttl(isLong: isLong($0)), isLong: isLong($0))
      }
      let hasOutput = cache.outputCached == true && (policy == "rolling" || policy == "automatic")
      if hasOutput, let output, output.tokens > 0,
        length(items.count) + output.tokens >= minimum
      {
        let long = life?.rest == "long" && cache.longTTL != nil
        orders.append(
          Stored(items: names + [output.identity], expiry: s + ttl(isLong: long), isLong: long))
      }
      for var stored in orders {
        if fault == .livesFromOutcome { stored.expiry += e - s }
        if !isBlock { stored.expiry = min(stored.expiry, latest) }
        self.orders.append(Order(moment: moment, stored: stored))
      }
    }
    catchUp(to: s)
    if isBlock {
      let step = cache.step ?? 1
      let whole = fault == .noStep ? length(found) : length(found) / step * step
      return (whole < minimum ? 0 : whole, 0, 0)
    }
    if fault == .writesNothing { written = [] }
    let a = length(found)
    let b = max(a, written.filter(isLong).map(length).max() ?? 0)
    let c = max(b, written.map(length).max() ?? 0)
    return (a, c - b, b - a)
  }

  private func find(
    _ names: [String], _ items: [ReferenceContext.Item], _ marks: [Int], at s: Int
  ) -> Int {
    if isBlock {
      var end = 0
      for mark in marks {
        guard live(Array(names.prefix(mark)), at: s) != nil else { break }
        end = mark
      }
      return end
    }
    let place = { (count: Int) in
      ReferenceContext.place(
        Array(items.prefix(count)), byBlocks: cache.lookbackCounts == "blocks")
    }
    let near = fault == .noLookback ? Int.max : cache.lookback ?? Int.max
    let candidates = (1..<items.count + 1).filter { count in
      live(Array(names.prefix(count)), at: s) != nil
        && marks.contains { $0 >= count && place($0) - place(count) < near }
    }
    return candidates.max() ?? 0
  }

  /// What was read lives on; returns the last moment at which what follows it may expire.
  private mutating func use(_ names: [String], marks: [Int], found: Int, at s: Int) -> Int {
    let used = isBlock ? marks : Array(0..<found + 1).filter { $0 > 0 }
    var latest = Int.max
    for count in used {
      guard let place = live(Array(names.prefix(count)), at: s) else { continue }
      if fault == .refreshesTheTailAlone, count < found { continue }
      if refreshes {
        store[place].expiry = max(store[place].expiry, s + ttl(isLong: store[place].isLong))
      } else if count == found {
        latest = store[place].expiry
      }
    }
    return latest
  }

  private func readableMoment(from s: Int, to e: Int, fails: Bool) -> Int? {
    let rule = fault == .readableAtOnce ? "start" : cache.readable ?? "outcome"
    if rule == "start" { return s }
    if fails, fault != .failuresWrite { return nil }
    return Double(rule).map { min(s + micro($0), e) } ?? e
  }
}
