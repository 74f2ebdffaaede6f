import CostModel
import Support

/// Everything that is counted and summed while a plan runs, by dense numbers.
///
/// A *row* is what a table calls a model: every target, then every model of several regions as
/// such (for hits and failed calls, which no region answered).
package struct Ledger: ~Copyable, Sendable {
  package struct Cell: Sendable, BitwiseCopyable {
    package var calls: Int64 = 0
    package var cacheHits: Int64 = 0
    package var attempts: Int64 = 0
    package var failures: Int64 = 0
    package var inputTokens: Int64 = 0
    package var cachedInputTokens: Int64 = 0
    /// Written to providers' caches, for the shorter and for the longer time.
    package var writtenTokens: Int64 = 0
    package var writtenLongTokens: Int64 = 0
    package var outputTokens: Int64 = 0
    package var reasoningTokens: Int64 = 0
    package var audio: Int64 = 0
    /// Messages beyond those that the group states of each call: a log may tell its own.
    package var moreMsgs: Int64 = 0
    package var inputCost = MoneySum.zero
    package var outputCost = MoneySum.zero
    package var otherCost = MoneySum.zero

    package var isEmpty: Bool {
      calls == 0 && attempts == 0 && inputCost == .zero && outputCost == .zero
        && otherCost == .zero
    }

    /// What is billed together.
    @inline(__always)
    package mutating func add(_ usage: Usage, _ cost: Cost) {
      inputTokens += usage.inputTokens
      cachedInputTokens += usage.cacheReadTokens
      writtenTokens += usage.cacheWriteTokens
      writtenLongTokens += usage.cacheWriteLongTokens
      outputTokens += usage.outputTokens
      reasoningTokens += usage.reasoningTokens
      audio += usage.audioMicroseconds
      inputCost += cost.input
      outputCost += cost.output
      otherCost += cost.other
    }

    package static func += (a: inout Cell, b: Cell) {
      a.calls += b.calls
      a.cacheHits += b.cacheHits
      a.attempts += b.attempts
      a.failures += b.failures
      a.inputTokens += b.inputTokens
      a.cachedInputTokens += b.cachedInputTokens
      a.writtenTokens += b.writtenTokens
      a.writtenLongTokens += b.writtenLongTokens
      a.outputTokens += b.outputTokens
      a.reasoningTokens += b.reasoningTokens
      a.audio += b.audio
      a.moreMsgs += b.moreMsgs
      a.inputCost += b.inputCost
      a.outputCost += b.outputCost
      a.otherCost += b.otherCost
    }
  }
  package struct Sum: Sendable, BitwiseCopyable {
    package var calls: Int64 = 0
    package var cost = MoneySum.zero

    @inline(__always)
    package mutating func add(_ calls: Int64, _ cost: Money) {
      self.calls &+= calls
      self.cost += cost
    }
  }

  package let rows: Int
  private let rowOfModel: FixedTable<Int>
  /// By group of calls, then row.
  package private(set) var cells: Slab<Cell>
  package private(set) var days: Slab<Sum>
  package private(set) var users: Slab<Sum>
  /// Calls that belong to no account, as a log may have them.
  package private(set) var noAccount = Sum()
  /// Fixed prices by row, due at the start of each month.
  package private(set) var fixed: [MoneySum]
  /// nil: nobody asks for it.
  package private(set) var accountMonths: AccountMonths?

  package init(compiled: CompiledScenario, users: Int) {
    let targets = compiled.targets.count
    var next = targets
    rowOfModel = FixedTable(
      compiled.targetsOfModel.map { range in
        if range.count == 1 { return range.lowerBound }
        next += 1
        return next - 1
      })
    rows = next
    cells = Slab(repeating: Cell(), count: compiled.groups.count * rows)
    days = Slab(repeating: Sum(), count: compiled.scenario.period.days.count * rows)
    self.users = Slab(repeating: Sum(), count: users)
    fixed = Array(repeating: .zero, count: rows)
    if compiled.scenario.tables.contains(.accountMonths) {
      accountMonths = AccountMonths(rows: rows, period: compiled.scenario.period)
    }
  }

  /// The user of a call that a log gives none for.
  package static let noUser = UInt32.max

  /// Makes room for what a log has brought; everything counted so far keeps its place.
  package mutating func grow(compiled: CompiledScenario, users count: Int) {
    cells.extend(to: compiled.groups.count * rows, with: Cell())
    let dayCells = compiled.scenario.period.days.count * rows
    days.extend(to: dayCells, with: Sum())
    users.extend(to: count, with: Sum())
    accountMonths?.grow(compiled.scenario.period)
  }

  /// Calls and fixed prices together.
  package var total: MoneySum { days.array.reduce(.zero) { $0 + $1.cost } }

  /// The row of a model that no region stands for.
  @inline(__always)
  package func row(ofModel model: Int) -> Int { rowOfModel[model] }

  @inline(__always)
  private func firstCell(_ kind: CallClassPointer) -> Int {
    Int(kind.pointee.group) &* rows
  }

  /// A call that no target has answered has ended: it was a hit, or it has failed.
  @inline(__always)
  package mutating func addCall(
    kind: CallClassPointer, row: Int, day: Int, user: UInt32, isHit: Bool
  ) {
    let cell = cells.base + (firstCell(kind) &+ row)
    cell.pointee.calls &+= 1
    cell.pointee.cacheHits &+= isHit ? 1 : 0
    days[day &* rows &+ row].calls &+= 1
    addCall(user: user)
    accountMonths?.add(1, .zero, user: user, day: day, row: row)
  }

  /// What a log tells of a call's messages, which counts at that row.
  package mutating func addMsgs(_ msgs: Int64, kind: CallClassPointer, row: Int) {
    cells[firstCell(kind) &+ row].moreMsgs += msgs - 1
  }

  /// What a call adds to its account.
  @inline(__always)
  package mutating func addCall(user: UInt32, _ calls: Int64 = 1, cost: Money = .zero) {
    if user == Self.noUser {
      noAccount.add(calls, cost)
    } else {
      (users.base + Int(user)).pointee.add(calls, cost)
    }
  }

  /// All else that an aggregate's answers add.
  package mutating func addAnswers(_ aggregate: Aggregate, kind: CallClassPointer, day: Int) {
    let cell = cells.base + (firstCell(kind) + aggregate.target)
    func cost(_ count: Int64, _ rate: Int64) -> MoneySum {
      MoneySum(picodollars: Int128(count) * Int128(rate))
    }
    let input = cost(aggregate.input, aggregate.rates.input)
    let output = cost(aggregate.output, aggregate.rates.output)
    let other = cost(aggregate.answers, aggregate.rates.call)
    cell.pointee.calls += aggregate.answers
    cell.pointee.attempts += aggregate.answers
    cell.pointee.inputTokens += aggregate.input
    cell.pointee.outputTokens += aggregate.output
    cell.pointee.inputCost += input
    cell.pointee.outputCost += output
    cell.pointee.otherCost += other
    let sum = days.base + (day * rows + aggregate.target)
    sum.pointee.calls += aggregate.answers
    sum.pointee.cost += input + output + other
  }

  /// Hits, a kind, a day or a user at a time.
  package mutating func addHits(_ count: Int64, kind: CallClassPointer, row: Int) {
    let cell = cells.base + (firstCell(kind) &+ row)
    cell.pointee.calls += count
    cell.pointee.cacheHits += count
  }

  package mutating func addHits(_ count: Int64, day: Int, row: Int) {
    days[day * rows + row].calls += count
  }

  package mutating func addHits(_ count: Int64, user: Int) { users[user].calls += count }

  /// An attempt at that target has ended and costs so much; unless it has failed, so has its call.
  @inline(__always)
  package mutating func addAttempt(
    kind: CallClassPointer, target: Int, day: Int, user: UInt32, failed: Bool, usage: Usage,
    cost: Cost, total: Money
  ) {
    let answered: Int64 = failed ? 0 : 1
    let cell = cells.base + (firstCell(kind) &+ target)
    cell.pointee.calls &+= answered
    cell.pointee.attempts &+= 1
    cell.pointee.failures &+= 1 &- answered
    cell.pointee.add(usage, cost)
    (days.base + (day &* rows &+ target)).pointee.add(answered, total)
    addCall(user: user, answered, cost: total)
    accountMonths?.add(answered, total, user: user, day: day, row: target)
  }

  /// What a call that another target has answered is billed at that one: no attempt of it.
  package mutating func addUse(
    kind: CallClassPointer, target: Int, day: Int, user: UInt32, usage: Usage, cost: Cost,
    total: Money
  ) {
    cells[firstCell(kind) &+ target].add(usage, cost)
    (days.base + (day &* rows &+ target)).pointee.add(0, total)
    addCall(user: user, 0, cost: total)
    accountMonths?.add(0, total, user: user, day: day, row: target)
  }

  /// An attempt at that target has failed and costs nothing.
  @inline(__always)
  package mutating func addFailure(kind: CallClassPointer, target: Int) {
    let cell = firstCell(kind) &+ target
    cells[cell].attempts &+= 1
    cells[cell].failures &+= 1
  }

  package mutating func addFixed(_ price: Money, row: Int, day: Int) {
    fixed[row] += price
    days[day * rows + row].cost += price
    accountMonths?.add(0, price, user: Self.noUser, day: day, row: row)
  }
}
