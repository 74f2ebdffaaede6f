import CostModel

/// Reads the rows of a block column by column: each loop does one thing, so that what it needs
/// stays in registers and a processor works on several rows at a time.
///
/// It does so for some rows at a time, which stay in a processor's first cache until all columns have
/// been read.
extension TraceDecoder {
  private typealias Rows = UnsafeMutablePointer<TraceRow>

  /// Rows that tell nothing: appended many at a time, since one at a time costs a call each, but not
  /// so many that copying them becomes a copy of large memory.
  private static let blank = Array(repeating: TraceRow(time: 0, number: 0), count: 28)
  private static let rowsAtOnce = 3 * 28

  /// Adds the rows of a block to a piece that is empty; false, and nothing is added, if one of them
  /// is malformed or they have to be taken one by one.
  mutating func add(_ grid: FieldGrid) -> Bool {
    assert(piece.count == 0)
    guard isPlain else { return false }
    var all: [TraceRow] = []
    swap(&all, &piece.batch.rows)
    let isRead = read(grid, into: &all)
    swap(&all, &piece.batch.rows)
    if !isRead { forget() }
    return isRead
  }

  private mutating func read(_ grid: FieldGrid, into all: inout [TraceRow]) -> Bool {
    unknownInRow = 0
    piece.count = Int64(grid.rows)
    all.reserveCapacity(grid.rows)
    while all.count < grid.rows {
      let first = all.count
      let end = min(grid.rows, first + Self.rowsAtOnce)
      while all.count < end { all.append(contentsOf: Self.blank.prefix(end - all.count)) }
      let isRead = all.withUnsafeMutableBufferPointer { rows in
        rows.baseAddress.map { read(grid.rows(first..<end), $0 + first, first) } ?? false
      }
      guard isRead else { return false }
    }
    return areModelsFine(all)
  }

  private mutating func read(_ grid: FieldGrid, _ rows: Rows, _ before: Int) -> Bool {
    readTimes(grid, rows, before) && readQuantities(grid, rows) && readStatus(grid, rows)
      && readPrompts(grid, rows) && readUsers(grid, rows) && readModels(grid, rows)
      && readKinds(grid, rows) && readBlocks(grid, rows)
  }

  // MARK: Numbers

  private mutating func readTimes(_ grid: FieldGrid, _ rows: Rows, _ before: Int) -> Bool {
    let field = fieldOf[TraceColumn.timestamp.rawValue]
    var (first, last, isOrdered) = (piece.first, piece.last, piece.batch.isOrdered)
    for row in 0..<grid.rows {
      var known: Int64?
      if field >= 0 {
        let (base, count) = grid.bytes(row, field)
        known = clock.timeOfKnownMinute(base, count)
      }
      guard let time = known ?? (try? anyTime(grid[row], 0)) else { return false }
      rows[row].time = time
      rows[row].number = Int64(before &+ row &+ 1)
      first = min(first, time)
      if time < last { isOrdered = false } else { last = time }
    }
    (piece.first, piece.last, piece.batch.isOrdered) = (first, last, isOrdered)
    return true
  }

  private mutating func readQuantities(_ grid: FieldGrid, _ rows: Rows) -> Bool {
    guard let input = sum(.inputTokens, grid, rows, \.input),
      let cached = sum(.cachedInputTokens, grid, rows, \.cached),
      sum(.cacheWriteTokens, grid, rows, \.cacheWrite) != nil,
      let output = sum(.outputTokens, grid, rows, \.output),
      sum(.reasoningTokens, grid, rows, \.reasoning) != nil,
      sum(.maxTokens, grid, rows, \.maxTokens) != nil,
      sum(.images, grid, rows, \.images) != nil,
      sum(.audioSeconds, grid, rows, \.audio) != nil,
      let cost = sum(.costUSD, grid, rows, \.cost), readLatencies(grid, rows)
    else { return false }
    piece.cachedInputTokens += cached
    piece.cost += cost
    guard sources.present & Self.parts != 0 else {
      piece.inputTokens += input
      piece.outputTokens += output
      return true
    }
    for row in 0..<grid.rows {
      guard (try? balance(&rows[row])) != nil else { return false }
      piece.inputTokens += Int128(max(0, rows[row].input))
      piece.outputTokens += Int128(max(0, rows[row].output))
    }
    return true
  }

  /// Reads a column and returns the sum of what it tells; nil if a value is malformed.
  private mutating func sum(
    _ column: TraceColumn, _ grid: FieldGrid, _ rows: Rows, _ path: KeyPath<TraceRow, Int64>
  ) -> Int128? {
    guard has(column) else { return 0 }
    let (field, factor) = (numberField(column), factors[column.rawValue])
    var target = UnsafeMutableRawPointer(rows) + (MemoryLayout<TraceRow>.offset(of: path) ?? 0)
    // Of a block's worth of small numbers, and of all others.
    var small: Int64 = 0
    var large: Int128 = 0
    for row in 0..<grid.rows {
      var value: Int64 = -1
      if field >= 0 {
        let (base, count) = grid.bytes(row, field)
        value = Digits.number(base, count)
      }
      if value >= 0 {
        value &*= factor
        small &+= value
      } else {
        guard let other = otherQuantity(column, grid[row]) else { return nil }
        value = other
        large += Int128(max(0, other))
      }
      target.storeBytes(of: value, as: Int64.self)
      target += MemoryLayout<TraceRow>.stride
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
      return sum(.latencyMs, grid, rows, \.latency) != nil
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
    let field = numberField(.status)
    for row in 0..<grid.rows {
      if field >= 0, Digits.are200(grid.bytes(row, field)) {
        rows[row].status = .ok
        continue
      }
      rows[row].status = status(grid[row])
      if rows[row].status == .failed { piece.failed &+= 1 }
      noteUnknown()
    }
    return true
  }

  // MARK: Names

  private mutating func readPrompts(_ grid: FieldGrid, _ rows: Rows) -> Bool {
    readKeys(.prompt, grid, rows, \.prompt)
    readKeys(.session, grid, rows, \.session)
    return true
  }

  private mutating func readKeys(
    _ column: TraceColumn, _ grid: FieldGrid, _ rows: Rows,
    _ path: WritableKeyPath<TraceRow, UInt64>
  ) {
    guard has(column) else { return }
    var target = UnsafeMutableRawPointer(rows) + (MemoryLayout<TraceRow>.offset(of: path) ?? 0)
    for row in 0..<grid.rows {
      if let text = value(column, grid[row]) {
        target.storeBytes(of: ByteKey.key(text), as: UInt64.self)
      }
      target += MemoryLayout<TraceRow>.stride
      noteUnknown()
    }
  }

  private mutating func readUsers(_ grid: FieldGrid, _ rows: Rows) -> Bool {
    guard has(.user) else { return true }
    let known = known
    let field = nameField(.user)
    return known.withFinder { known in
      for row in 0..<grid.rows {
        if field >= 0, let id = known.find(grid.bytes(row, field)) {
          rows[row].user = id
        } else {
          guard let id = try? newUser(grid[row], 0) else { return false }
          rows[row].user = id
          noteUnknown()
        }
      }
      return true
    }
  }

  private mutating func readModels(_ grid: FieldGrid, _ rows: Rows) -> Bool {
    guard has(.model) else { return true }
    let (field, memo) = (nameField(.model), models)
    for row in 0..<grid.rows {
      let key = field >= 0 ? NameKey(grid.bytes(row, field)) : nil
      if let key, let id = memo.find(key) {
        rows[row].model = id
        continue
      }
      guard let id = try? model(grid[row], 0) else { return false }
      rows[row].model = id
      if let key, unknownInRow == 0 { memo.remember(key, id) }
      noteUnknown()
    }
    return true
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
    let (field, memo) = (nameField(attribute.column), kinds)
    for row in 0..<grid.rows {
      let key = field >= 0 ? NameKey(grid.bytes(row, field)) : nil
      if let key, let id = memo.find(key) {
        rows[row].kind = id
        continue
      }
      piece.symbols.beginKind()
      guard (try? readAttribute(attribute, grid[row], 0)) != nil else { return false }
      let id = piece.symbols.kind()
      rows[row].kind = id
      if let key, unknownInRow == 0 { memo.remember(key, id) }
      noteUnknown()
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
      guard (try? readBlocks(&rows[row], grid[row])) != nil else { return false }
      noteUnknown()
    }
    return true
  }
}
