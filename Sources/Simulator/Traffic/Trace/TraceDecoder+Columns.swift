import CostModel
import Support

/// Reads the rows of a block column by column: each loop does one thing, so that what it needs
/// stays in registers and a processor works on several rows at a time.
///
/// It does so for some rows at a time, which stay in a processor's first cache until all columns have
/// been read.
extension TraceDecoder {
  /// Where some rows lie, and their parts if the log tells any.
  private struct Rows {
    var rows: UnsafeMutablePointer<TraceRow>
    var parts: UnsafeMutablePointer<TraceParts>?

    @inline(__always)
    subscript(place: Int) -> TraceRow {
      nonmutating _modify { yield &rows[place] }
      get { rows[place] }
    }

    func record(_ place: Int) -> TraceRecord {
      TraceRecord(row: rows[place], parts: parts?[place] ?? TraceParts())
    }

    func set(_ place: Int, _ record: TraceRecord) {
      rows[place] = record.row
      parts?[place] = record.parts
    }
  }

  /// Rows that tell nothing: appended many at a time, since one at a time costs a call each, but not
  /// so many that copying them becomes a copy of large memory. Nobody owns them, since counting owners
  /// waits for the rows to be written.
  nonisolated(unsafe) private static let blank = blanks(TraceRow(time: 0, number: 0))
  nonisolated(unsafe) private static let blankParts = blanks(TraceParts())
  private static let blanksAtOnce = 48
  private static let rowsAtOnce = 2 * blanksAtOnce

  private static func blanks<Value>(_ value: Value) -> UnsafeBufferPointer<Value> {
    let blanks = UnsafeMutableBufferPointer<Value>.allocate(capacity: blanksAtOnce)
    blanks.initialize(repeating: value)
    return UnsafeBufferPointer(blanks)
  }

  /// Lengthens a list to so many.
  @inline(__always)
  private static func extend<Value>(
    _ list: inout [Value], to count: Int, with blank: UnsafeBufferPointer<Value>
  ) {
    while list.count < count {
      list.append(contentsOf: UnsafeBufferPointer(rebasing: blank.prefix(count - list.count)))
    }
  }

  /// Adds the rows of a block to a piece that is empty; false, and nothing is added, if one of them
  /// is malformed or they have to be taken one by one.
  package mutating func add(_ grid: FieldGrid) -> Bool {
    assert(piece.count == 0)
    guard isPlain else { return false }
    var rows: [TraceRow] = []
    var parts: [TraceParts] = []
    swap(&rows, &piece.batch.rows)
    swap(&parts, &piece.batch.parts)
    let isRead = read(grid, into: &rows, &parts)
    swap(&rows, &piece.batch.rows)
    swap(&parts, &piece.batch.parts)
    if !isRead { forget() }
    return isRead
  }

  private mutating func read(
    _ grid: FieldGrid, into rows: inout [TraceRow], _ parts: inout [TraceParts]
  ) -> Bool {
    unknownInRow = 0
    piece.count = Int64(grid.rows)
    rows.reserveCapacity(grid.rows)
    while rows.count < grid.rows {
      let first = rows.count
      let end = min(grid.rows, first + Self.rowsAtOnce)
      Self.extend(&rows, to: end, with: Self.blank)
      if tellsParts { Self.extend(&parts, to: end, with: Self.blankParts) }
      let isRead = rows.withUnsafeMutableBufferPointer { rows in
        parts.withUnsafeMutableBufferPointer { parts in
          guard let base = rows.baseAddress else { return false }
          let firstParts = parts.isEmpty ? nil : parts.baseAddress.map { $0 + first }
          return read(grid.rows(first..<end), Rows(rows: base + first, parts: firstParts), first)
        }
      }
      guard isRead else { return false }
    }
    return areModelsFine(rows)
  }

  private mutating func read(_ grid: FieldGrid, _ rows: Rows, _ before: Int) -> Bool {
    readTimes(grid, rows, before) && readQuantities(grid, rows) && readStatus(grid, rows)
      && readPrompts(grid, rows) && readUsers(grid, rows) && readModels(grid, rows)
      && readKinds(grid, rows) && readBlocks(grid, rows)
  }

  // MARK: Numbers

  /// A field of the rows; an empty one where there is none.
  private func column(_ field: Int, _ grid: FieldGrid) -> FieldColumn {
    field >= 0 ? grid.column(field) : slots.noColumn
  }

  /// Where a column of the rows lies, and how far behind the next row's is.
  private struct Target {
    var base: UnsafeMutableRawPointer
    var stride: Int

    /// A path that is not known when this is compiled costs hundreds of instructions.
    @inline(__always)
    init<Value>(_ path: KeyPath<TraceRow, Value>, _ rows: Rows) {
      base = UnsafeMutableRawPointer(rows.rows) + (MemoryLayout<TraceRow>.offset(of: path) ?? 0)
      stride = MemoryLayout<TraceRow>.stride
    }

    /// nil: the log tells no parts.
    @inline(__always)
    init?<Value>(part path: KeyPath<TraceParts, Value>, _ rows: Rows) {
      guard let parts = rows.parts else { return nil }
      base = UnsafeMutableRawPointer(parts) + (MemoryLayout<TraceParts>.offset(of: path) ?? 0)
      stride = MemoryLayout<TraceParts>.stride
    }

    @inline(__always)
    func store(_ value: some BitwiseCopyable, _ row: Int) {
      (base + row &* stride).storeBytes(of: value, as: type(of: value))
    }
  }

  private mutating func readTimes(_ grid: FieldGrid, _ rows: Rows, _ before: Int) -> Bool {
    let field = fieldOf[TraceColumn.timestamp.rawValue]
    let texts = column(field, grid)
    var row = Self.times(texts, clock.minute, 0, grid.rows, rows)
    while row < grid.rows {
      var known: Int64?
      if field >= 0 {
        let (base, count) = grid[row].bytes(field)
        known = clock.timeOfOtherMinute(base, count)
      }
      guard let time = known ?? (try? anyTime(grid[row], 0)) else { return false }
      rows[row].time = time
      row = Self.times(texts, clock.minute, row &+ 1, grid.rows, rows)
    }
    var (first, last, isOrdered) = (piece.first, piece.last, piece.batch.isOrdered)
    for row in 0..<grid.rows {
      let time = rows[row].time
      rows[row].number = Int64(before &+ row &+ 1)
      first = min(first, time)
      if time < last { isOrdered = false } else { last = time }
    }
    (piece.first, piece.last, piece.batch.isOrdered) = (first, last, isOrdered)
    return true
  }

  /// Reads times of a minute; returns the first row of another one, else the end.
  @inline(never)
  private static func times(
    _ texts: FieldColumn, _ minute: TraceClock.Minute, _ row: Int, _ end: Int, _ rows: Rows
  ) -> Int {
    texts.run(from: row, to: end) { text, row in
      guard let time = minute.time(text) else { return false }
      rows[row].time = time
      return true
    }
  }

  private mutating func readQuantities(_ grid: FieldGrid, _ rows: Rows) -> Bool {
    guard let input = sum(.inputTokens, grid, Target(\.input, rows)),
      let cached = sum(.cachedInputTokens, grid, Target(part: \.cached, rows)),
      sum(.cacheWriteTokens, grid, Target(part: \.cacheWrite, rows)) != nil,
      let output = sum(.outputTokens, grid, Target(\.output, rows)),
      sum(.reasoningTokens, grid, Target(part: \.reasoning, rows)) != nil,
      sum(.maxTokens, grid, Target(part: \.maxTokens, rows)) != nil,
      sum(.msgs, grid, Target(part: \.msgs, rows)) != nil,
      sum(.turn, grid, Target(part: \.turn, rows)) != nil,
      sum(.audioSeconds, grid, Target(part: \.audio, rows)) != nil, readMeters(grid, rows),
      let cost = sum(.costUSD, grid, Target(part: \.cost, rows)), readLatencies(grid, rows),
      sum(.number, grid, Target(\.number, rows)) != nil
    else { return false }
    piece.cachedInputTokens += cached
    piece.cost += cost
    guard sources.present & Self.parts != 0 else {
      piece.inputTokens += input
      piece.outputTokens += output
      return true
    }
    for row in 0..<grid.rows {
      var record = rows.record(row)
      guard (try? balance(&record)) != nil else { return false }
      rows.set(row, record)
      piece.inputTokens += Int128(max(0, record.input))
      piece.outputTokens += Int128(max(0, record.output))
    }
    return true
  }

  private mutating func readMeters(_ grid: FieldGrid, _ rows: Rows) -> Bool {
    guard sources.present & (Self.meters | TraceColumn.cacheWriteLongTokens.bit) != 0 else {
      return true
    }
    func target(_ path: KeyPath<LoggedMeters, Int64>) -> Target? {
      Target(part: (\TraceParts.meters).appending(path: path), rows)
    }
    guard sum(.cacheWriteLongTokens, grid, target(\.cacheWriteLong)) != nil else { return false }
    return TraceColumn.meters.allSatisfy {
      sum($0.column, grid, target(LoggedMeters.path($0.meter))) != nil
    }
  }

  /// Reads a column and returns the sum of what it tells; nil if a value is malformed.
  private mutating func sum(
    _ column: TraceColumn, _ grid: FieldGrid, _ target: Target?
  ) -> Int128? {
    guard has(column), let target else { return 0 }
    let (texts, factor) = (self.column(numberField(column), grid), factors[column.rawValue])
    // Of a block's worth of small numbers, and of all others.
    var small: Int64 = 0
    var large: Int128 = 0
    func readSmall(from row: Int) -> Int {
      Digits.numbers(
        texts, times: factor, from: row, to: grid.rows, target.base, stride: target.stride, &small)
    }
    var row = readSmall(from: 0)
    while row < grid.rows {
      guard let other = otherQuantity(column, grid[row]) else { return nil }
      target.store(other, row)
      large += Int128(max(0, other))
      row = readSmall(from: row &+ 1)
    }
    return large + Int128(small)
  }

  @inline(never)
  private mutating func otherQuantity(_ column: TraceColumn, _ fields: FieldList) -> Int64? {
    let value = try? anyQuantity(column, fields, 0)
    noteUnknown()
    return value
  }

  private mutating func readLatencies(_ grid: FieldGrid, _ rows: Rows) -> Bool {
    guard let end = sources.latencyEnd else {
      return sum(.latencyMs, grid, Target(\.latency, rows)) != nil
    }
    for row in 0..<grid.rows {
      guard let value = try? latency(until: end, rows[row], grid[row]) else { return false }
      rows[row].latency = value
      noteUnknown()
    }
    return true
  }

  private mutating func readStatus(_ grid: FieldGrid, _ rows: Rows) -> Bool {
    guard has(.status) else { return true }
    let texts = column(numberField(.status), grid)
    var row = Self.successes(texts, 0, grid.rows, rows)
    while row < grid.rows {
      rows[row].status = status(grid[row])
      if rows[row].status.isFailure { piece.failed &+= 1 }
      noteStatus()
      noteUnknown()
      row = Self.successes(texts, row &+ 1, grid.rows, rows)
    }
    return true
  }

  /// Reads what is 200; returns the row of the first other status, else the end.
  @inline(never)
  private static func successes(
    _ texts: FieldColumn, _ row: Int, _ end: Int, _ rows: Rows
  ) -> Int {
    texts.run(from: row, to: end) { text, row in
      guard Digits.are200(text) else { return false }
      rows[row].status = .ok
      return true
    }
  }

  // MARK: Names

  private mutating func readPrompts(_ grid: FieldGrid, _ rows: Rows) -> Bool {
    readKeys(.prompt, grid, Target(\.prompt, rows))
    readKeys(.session, grid, Target(part: \.session, rows))
    readKeys(.callKind, grid, Target(part: \.callKind, rows))
    return true
  }

  private mutating func readKeys(
    _ column: TraceColumn, _ grid: FieldGrid, _ target: Target?
  ) {
    guard has(column), let target else { return }
    let texts = self.column(fieldOf[column.rawValue], grid)
    var row = Self.keys(texts, slots.isOdd, 0, grid.rows, target)
    while row < grid.rows {
      if let text = value(column, grid[row]) {
        target.store(ByteKey.key(text), row)
      }
      noteUnknown()
      row = Self.keys(texts, slots.isOdd, row &+ 1, grid.rows, target)
    }
  }

  /// Reads keys of ordinary texts; returns the row of the first other one, else the end.
  @inline(never)
  private static func keys(
    _ texts: FieldColumn, _ isOdd: UnsafePointer<Bool>, _ row: Int, _ end: Int, _ target: Target
  ) -> Int {
    texts.run(from: row, to: end) { text, row in
      guard text.count > 0, !isOdd[Int(text.base[0])], text.base[text.count &- 1] > 0x20 else {
        return false
      }
      let key = ByteKey.key(Bytes(start: text.base, count: text.count))
      target.store(key, row)
      return true
    }
  }

  private mutating func readUsers(_ grid: FieldGrid, _ rows: Rows) -> Bool {
    guard has(.user) else { return true }
    let texts = column(nameField(.user), grid)
    let target = Target(\.user, rows)
    var row = known.find(texts, from: 0, to: grid.rows, target.base, stride: target.stride)
    while row < grid.rows {
      guard let id = try? newUser(grid[row], 0) else { return false }
      rows[row].user = id
      noteUnknown()
      row = known.find(texts, from: row &+ 1, to: grid.rows, target.base, stride: target.stride)
    }
    return true
  }

  private mutating func readModels(_ grid: FieldGrid, _ rows: Rows) -> Bool {
    guard has(.model) else { return true }
    let texts = column(nameField(.model), grid)
    let target = Target(\.model, rows)
    var row = models.find(texts, from: 0, to: grid.rows, target.base, stride: target.stride)
    while row < grid.rows {
      guard let id = try? model(grid[row], 0) else { return false }
      rows[row].model = id
      remember(id, in: models, .model, grid[row])
      row = models.find(texts, from: row &+ 1, to: grid.rows, target.base, stride: target.stride)
    }
    return true
  }

  /// Remembers the number of the row's name if it has one, and counts that it has none.
  private mutating func remember(
    _ id: UInt32, in memo: NameMemo, _ column: TraceColumn, _ fields: FieldList
  ) {
    if unknownInRow == 0, let key = NameKey(plainName(column, fields)) { memo.remember(key, id) }
    noteUnknown()
  }

  private mutating func readKinds(_ grid: FieldGrid, _ rows: Rows) -> Bool {
    if sources.attributes.count == 1 { return readKinds(sources.attributes[0], grid, rows) }
    for attribute in sources.attributes {
      for row in 0..<grid.rows {
        piece.symbols.beginKind(at: rows[row].kind)
        guard (try? readAttribute(attribute, grid[row], 0)) != nil else { return false }
        rows[row].kind = piece.symbols.node
        noteUnknown()
      }
    }
    for row in 0..<grid.rows { rows[row].kind = piece.symbols.kind(of: rows[row].kind) }
    return true
  }

  /// Of the only attribute.
  private mutating func readKinds(
    _ attribute: (attribute: Attribute, column: TraceColumn), _ grid: FieldGrid, _ rows: Rows
  ) -> Bool {
    let texts = column(nameField(attribute.column), grid)
    let target = Target(\.kind, rows)
    var row = kinds.find(texts, from: 0, to: grid.rows, target.base, stride: target.stride)
    while row < grid.rows {
      piece.symbols.beginKind()
      guard (try? readAttribute(attribute, grid[row], 0)) != nil else { return false }
      rows[row].kind = piece.symbols.kind()
      remember(rows[row].kind, in: kinds, attribute.column, grid[row])
      row = kinds.find(texts, from: row &+ 1, to: grid.rows, target.base, stride: target.stride)
    }
    return true
  }

  /// Whether no row wants for a model.
  private mutating func areModelsFine(_ rows: [TraceRow]) -> Bool {
    guard modelCheck != nil else { return true }
    let areTold = has(.model) && piece.unknown[TraceColumn.model.rawValue] == 0
    if areTold, modelCheck?.knowsAll(piece.symbols) == true { return true }
    return rows.allSatisfy { modelCheck?.problem($0, piece.symbols) == nil }
  }

  private mutating func readBlocks(_ grid: FieldGrid, _ rows: Rows) -> Bool {
    guard has(.blockSize) || has(.prefixBlocks) else { return true }
    for row in 0..<grid.rows {
      var record = rows.record(row)
      guard (try? readBlocks(&record, grid[row])) != nil else { return false }
      rows.set(row, record)
      noteUnknown()
    }
    return true
  }
}
