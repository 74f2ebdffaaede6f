import Foundation

/// The blocks of a log in order, decoded ahead by other threads and, where they are behind, by the
/// one that asks for them.
///
/// Unchecked, because a lock guards everything but the blocks, and a block belongs to the thread
/// that it was handed to: whoever has claimed it, then the reader until it asks for the next.
package final class TraceBlocks: @unchecked Sendable {
  private enum State { case free, claimed, ready }

  private let file: TraceFile
  private let lock = NSCondition()
  private let ring: [TraceBlock]
  private var states: [State]
  private var carry: [UInt8] = []
  /// Blocks read, and of these the ones that the reader is through with.
  private var read = 0
  private var done = 0
  private var isHandedOut = false
  private var hasEnded = false
  private var isStopped = false
  private var recipe: BlockDecoder.Recipe?
  /// Users met so far, for decoders to know them.
  private var users = SymbolTable()

  package init(file: TraceFile, blockSize: Int, threads: Int) {
    self.file = file
    // Enough for everybody to have one in hand and one ready.
    let count = threads == 1 ? 1 : 2 * threads + 1
    ring = (0..<count).map { _ in TraceBlock(capacity: blockSize) }
    states = Array(repeating: .free, count: count)
  }

  // MARK: The reader's side

  /// The next block; nil after the last. The one before must no longer be used.
  package func next(_ decoder: inout BlockDecoder?) -> TraceBlock? {
    lock.lock()
    defer { lock.unlock() }
    if isHandedOut { free() }
    while true {
      if done < read, states[done % ring.count] == .ready {
        isHandedOut = true
        return ring[done % ring.count]
      }
      if canRead {
        decodeNext(&decoder)
      } else if done == read {
        return nil
      } else {
        lock.wait()
      }
    }
  }

  /// Tells decoders of users that have been met, under their numbers in the whole log.
  package func publish(_ users: SymbolTable) {
    lock.withLock { self.users = users }
  }

  private func free() {
    states[done % ring.count] = .free
    done += 1
    isHandedOut = false
    lock.broadcast()
  }

  // MARK: Any side, with the lock held

  private var canRead: Bool { !hasEnded && read - done < ring.count }

  /// Claims the next block and decodes it without the lock.
  private func decodeNext(_ decoder: inout BlockDecoder?) {
    let place = read % ring.count
    let block = ring[place]
    states[place] = .claimed
    block.fill(from: file, carry: &carry)
    hasEnded = block.isLast
    read += 1
    decoder?.rows.known = users
    lock.unlock()
    block.isDecoded = decoder?.decode(block) ?? false
    lock.lock()
    states[place] = .ready
    lock.broadcast()
  }

  // MARK: Other threads

  /// Lets that many other threads decode ahead until the end or until `stop`.
  package func start(threads: Int, _ recipe: BlockDecoder.Recipe) {
    self.recipe = recipe
    for _ in 0..<threads { Thread.detachNewThread { self.work() } }
  }

  package func stop() {
    lock.lock()
    isStopped = true
    lock.broadcast()
    lock.unlock()
  }

  private func work() {
    var decoder = recipe?.decoder()
    lock.lock()
    while !hasEnded, !isStopped {
      if canRead { decodeNext(&decoder) } else { lock.wait() }
    }
    lock.unlock()
  }

  /// Decodes the next block if it can be had at once; false if not.
  fileprivate func help(_ decoder: inout BlockDecoder?) -> Bool {
    lock.lock()
    defer { lock.unlock() }
    guard let recipe, canRead, !isStopped else { return false }
    if decoder == nil { decoder = recipe.decoder() }
    decodeNext(&decoder)
    return true
  }
}

/// Decodes blocks of a log for its reader whenever its thread has nothing else to do.
package final class BlockHelper {
  private let blocks: TraceBlocks
  private var decoder: BlockDecoder?

  package init(_ blocks: TraceBlocks) { self.blocks = blocks }

  /// Decodes a block; false if there is none to be decoded now.
  package func help() -> Bool { blocks.help(&decoder) }
}
