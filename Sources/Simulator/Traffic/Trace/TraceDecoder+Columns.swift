import CostModel

/// Reads the rows of a block column by column: each loop does one thing, so that what it needs
/// stays in registers and a processor works on several rows at a time.
extension TraceDecoder {
  private typealias Rows = UnsafeMutablePointer<TraceRow>

  /// Rows that tell nothing: appended many at a time, since one at a time costs a call each.
  private static let blank = Array(repeating: TraceRow(time: 0, number: 0), count: 64)

  /// Adds the rows of a block to a piece that is empty; false, and nothing is added, if one of them
  /// is malformed or they have to be taken one by one.
  mutating func add(_ grid: FieldGrid) -> Bool {
    assert(piece.count == 0)
    guard isPlain else { return false }
    var all: [TraceRow] = []
    swap(&all, &piece.batch.rows)
    while all.count < grid.rows {
      all.append(contentsOf: Self.blank.prefix(grid.rows - all.count))
    }
    let isRead = all.withUnsafeMutableBufferPointer { rows in
      rows.baseAddress.map { read(grid, $0) } ?? false
    }
    swap(&all, &piece.batch.rows)
    if !isRead {
      piece.removeAll()
      modelCheck?.forgetNames()
    }
    return isRead
  }

  private mutating func read(_ grid: FieldGrid, _ rows: Rows) -> Bool {
    unknownInRow = 0
    piece.count = Int64(grid.rows)
    return readTimes(grid, rows) && readQuantities(grid, rows) && readStatus(grid, rows)
      && readPrompts(grid, rows) && readUsers(grid, rows) && readModels(grid, rows)
      && readKinds(grid, rows) && areModelsFine(rows) && readBlocks(grid, rows)
  }

  // MARK: Numbers

  private mutating func readTimes(_ grid: FieldGrid, _ rows: Rows) -> Bool {
    let field = fieldOf[TraceColumn.timestamp.rawValue]
    var (first, last) = (Int64.max, Int64.min)
    var isOrdered = true
    for row in 0..<grid.rows {
      var known: Int64?
      if field >= 0 {
        let (base, count) = grid.bytes(row, field)
        known = clock.timeOfKnownDay(base, count)
      }
      guard let time = known ?? (try? anyTime(grid[row], 0)) else { return false }
      rows[row].time = time
      rows[row].number = Int64(row &+ 1)
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
    piece.cachedInputTokens = cached
    piece.cost = cost
    guard sources.present & Self.parts != 0 else {
      (piece.inputTokens, piece.outputTokens) = (input, output)
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
    let (field, factor) = (fieldOf[column.rawValue], factors[column.rawValue])
    let isSimple = field >= 0 && factor > 0
    var target = UnsafeMutableRawPointer(rows) + (MemoryLayout<TraceRow>.offset(of: path) ?? 0)
    // Of a block's worth of small numbers, and of all others.
    var small: Int64 = 0
    var large: Int128 = 0
    for row in 0..<grid.rows {
      var value: Int64 = -1
      if isSimple {
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
    for row in 0..<grid.rows {
      rows[row].status = status(grid[row])
      if rows[row].status == .failed { piece.failed &+= 1 }
      noteUnknown()
    }
    return true
  }

  // MARK: Names

  private mutating func readPrompts(_ grid: FieldGrid, _ rows: Rows) -> Bool {
    if has(.prompt) {
      for row in 0..<grid.rows {
        if let prompt = value(.prompt, grid[row]) { rows[row].prompt = ByteKey.key(prompt) }
        noteUnknown()
      }
    }
    if has(.session) {
      for row in 0..<grid.rows {
        if let session = value(.session, grid[row]) { rows[row].session = ByteKey.key(session) }
        noteUnknown()
      }
    }
    return true
  }

  private mutating func readUsers(_ grid: FieldGrid, _ rows: Rows) -> Bool {
    guard has(.user) else { return true }
    let known = known
    for row in 0..<grid.rows {
      let (base, count) = plainName(.user, grid[row])
      if let id = known.find(base, count) {
        rows[row].user = id
      } else {
        guard let id = try? newUser(grid[row], 0) else { return false }
        rows[row].user = id
        noteUnknown()
      }
    }
    return true
  }

  private mutating func readModels(_ grid: FieldGrid, _ rows: Rows) -> Bool {
    guard has(.model) else { return true }
    for row in 0..<grid.rows {
      guard let id = try? model(grid[row], 0) else { return false }
      rows[row].model = id
      noteUnknown()
    }
    return true
  }

  private mutating func readKinds(_ grid: FieldGrid, _ rows: Rows) -> Bool {
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

  /// Whether no row wants for a model.
  private mutating func areModelsFine(_ rows: Rows) -> Bool {
    guard modelCheck != nil else { return true }
    let areTold = has(.model) && piece.unknown[TraceColumn.model.rawValue] == 0
    if areTold, modelCheck?.knowsAll(piece.symbols) == true { return true }
    for row in 0..<Int(piece.count) where modelCheck?.problem(rows[row], piece.symbols) != nil {
      return false
    }
    return true
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
