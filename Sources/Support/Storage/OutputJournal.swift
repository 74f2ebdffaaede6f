import Foundation

/// What a command has changed among files so far, so that all of it can be undone at any moment,
/// also by the thread that waits for signals.
///
/// Unchecked, because `gate` guards everything.
package final class OutputJournal: @unchecked Sendable {
  /// A whole file that is about to get its name.
  package struct Change {
    /// Where it lies.
    package var temporary: String
    /// Its name, a path without links.
    package var target: String
    /// What the user calls it.
    package var shown: String
  }
  private struct Staging {
    var path: String
    /// Locked as long as the process lives: a folder that can be locked belongs to nobody.
    var lock: Int32
  }

  /// Held by whoever makes, renames or removes files.
  private static let gate = NSRecursiveLock()
  /// Those that have something to undo.
  nonisolated(unsafe) private static var open: [ObjectIdentifier: OutputJournal] = [:]

  private var stagings: [String: Staging] = [:]
  /// New folders, outer ones first.
  private var folders: [String] = []
  /// What has got its name, and where the file is kept that had it.
  private var renamed: [(target: String, kept: String?)] = []
  private var isOver = false
  private var record: CommitRecord?

  // MARK: Folders

  /// The folder beside the outputs in which they are written, in the same file system: made if there
  /// is none yet, for nobody else to look into, and gone with the last of this journal.
  package func staging(in folder: String, shown: String) throws(OutputError) -> String {
    try locked { () throws(OutputError) in
      if let known = stagings[folder] { return known.path }
      try makeFolders(folder, shown: shown)
      Self.removeAbandoned(in: folder)
      while true {
        let name = String(UInt64.random(in: .min ... .max), radix: 16)
        let path = (folder == "/" ? "" : folder) + "/.costsim-\(name).tmp"
        if mkdir(path, 0o700) != 0 { throw OutputError(errno: errno, path: shown) }
        // Whoever removes what is abandoned may have come first.
        let lock = Self.lock(path, wait: true)
        guard access(path, F_OK) == 0 else {
          if lock >= 0 { close(lock) }
          continue
        }
        stagings[folder] = Staging(path: path, lock: lock)
        return path
      }
    }
  }

  /// Makes a folder and those above it, remembering which were new.
  private func makeFolders(_ folder: String, shown: String) throws(OutputError) {
    var status = stat()
    if stat(folder, &status) == 0 {
      if status.st_mode & S_IFMT == S_IFDIR { return }
      throw OutputError.notAFolder(path: shown)
    }
    if let slash = folder.lastIndex(of: "/"), slash > folder.startIndex {
      try makeFolders(String(folder[..<slash]), shown: shown)
    }
    if mkdir(folder, 0o777) == 0 {
      folders.append(folder)
    } else if errno != EEXIST {
      throw OutputError(errno: errno, path: shown)
    }
  }

  /// A descriptor that holds the lock of a folder; -1: another process has it, or there are no locks.
  private static func lock(_ path: String, wait: Bool) -> Int32 {
    let descriptor = Foundation.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0, flock(descriptor, wait ? LOCK_EX : LOCK_EX | LOCK_NB) != 0 else {
      return descriptor
    }
    close(descriptor)
    return -1
  }

  /// What a run that was killed left behind: folders whose lock the system has freed. A commit that it
  /// had begun is undone.
  private static func removeAbandoned(in folder: String) {
    for path in stagings(in: folder) {
      let lock = lock(path, wait: false)
      guard lock >= 0 else { continue }
      defer { close(lock) }
      if let keeper = CommitRecord.keeper(of: path) {
        let other = Self.lock(keeper, wait: false)
        guard other >= 0 else { continue }
        undoCommit(in: keeper)
        close(other)
      }
      undoCommit(in: path)
      remove(path)
    }
  }

  private static func undoCommit(in staging: String) {
    guard CommitRecord.undo(in: staging) else { return }
    StandardStream.tell(
      "\(folder(of: staging)): a run was killed while it gave its files their names; they are as they "
        + "were before it\n")
  }

  private static func stagings(in folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.wholeMatch(of: /\.costsim-[0-9a-f]+\.tmp/) != nil }.map {
      (folder == "/" ? "" : folder) + "/" + $0
    }
  }

  private static func folder(of staging: String) -> String {
    String(staging[..<(staging.lastIndex(of: "/") ?? staging.startIndex)])
  }

  /// Whether a run was killed in a commit to that folder, so that some of its files may be new and others
  /// old until the next run into it.
  package static func isHalfWritten(_ folder: String) -> Bool {
    stagings(in: folder).contains { path in
      guard CommitRecord.isThere(in: path) || CommitRecord.keeper(of: path) != nil else {
        return false
      }
      let lock = lock(path, wait: false)
      if lock >= 0 { close(lock) }
      return lock >= 0
    }
  }

  private static func remove(_ staging: String) {
    // A thread that is being ended may still write there.
    for _ in 0..<100 where access(staging, F_OK) == 0 {
      try? FileManager.default.removeItem(atPath: staging)
    }
  }

  // MARK: Changes

  /// Gives all files their names; where that fails, everything is as it was. What they replace is kept
  /// until `finish`, and so is what is removed.
  package func publish(
    _ changes: [Change], removing: [(target: String, kept: String)] = []
  ) throws(OutputError) {
    try locked { () throws(OutputError) in
      do throws(OutputError) {
        for change in changes { try prepare(change) }
        try note(changes, removing)
        for change in changes { try rename(change) }
        for (target, kept) in removing {
          if Foundation.rename(target, kept) == 0 {
            renamed.append((target, kept))
          } else if errno != ENOENT {
            throw OutputError(errno: errno, path: target)
          }
        }
      } catch {
        undo()
        throw error
      }
    }
  }

  /// Writes down what is about to happen. One file is renamed at once or not at all.
  private func note(
    _ changes: [Change], _ removing: [(target: String, kept: String)]
  ) throws(OutputError) {
    guard changes.count + removing.count > 1 else { return }
    let first = (changes.first?.temporary ?? removing.first?.kept).map(Self.folder)
    let paths = stagings.values.map(\.path).sorted()
    let entries =
      changes.map {
        CommitRecord.Entry(
          target: $0.target, temporary: $0.temporary, kept: $0.temporary + ".old",
          hadOld: access($0.target, F_OK) == 0)
      }
      + removing.map {
        CommitRecord.Entry(target: $0.target, temporary: nil, kept: $0.kept, hadOld: true)
      }
    let record = CommitRecord(
      stagings: paths.filter { $0 == first } + paths.filter { $0 != first }, entries: entries)
    self.record = record
    try record.write()
  }

  private func prepare(_ change: Change) throws(OutputError) {
    if let slash = change.target.lastIndex(of: "/"), slash > change.target.startIndex {
      try makeFolders(String(change.target[..<slash]), shown: change.shown)
    }
    var status = stat()
    guard lstat(change.target, &status) == 0 else {
      chmod(change.temporary, 0o666 & ~Self.mask)
      return
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw OutputError.isAFolder(path: change.shown)
    default:
      throw OutputError.notWritable(path: change.shown, reason: "it is not a regular file")
    }
    // Whose it is can be kept by few; who may read it by everybody.
    if chown(change.temporary, status.st_uid, status.st_gid) != 0 {
      _ = chown(change.temporary, uid_t.max, status.st_gid)
    }
    chmod(change.temporary, status.st_mode & 0o777)
  }

  private func rename(_ change: Change) throws(OutputError) {
    let kept = change.temporary + ".old"
    var hasOld = link(change.target, kept) == 0
    if !hasOld, access(change.target, F_OK) == 0 {
      // A file system without hard links.
      hasOld = Foundation.rename(change.target, kept) == 0
      if hasOld { renamed.append((change.target, kept)) }
    }
    guard Foundation.rename(change.temporary, change.target) == 0 else {
      throw OutputError(errno: errno, path: change.shown)
    }
    if renamed.last?.target != change.target {
      renamed.append((change.target, hasOld ? kept : nil))
    }
  }

  /// Who may not read new files, as the user has set it.
  private static let mask = {
    let mask = umask(0o077)
    umask(mask)
    return mask
  }()

  /// From now on there is nothing to undo.
  package func finish() {
    locked {
      record?.remove()
      renamed = []
      folders = []
      undo()
    }
  }

  /// Puts everything back as it was.
  package func undo() {
    locked {
      guard !isOver else { return }
      isOver = true
      for (target, kept) in renamed.reversed() {
        if let kept { _ = Foundation.rename(kept, target) } else { unlink(target) }
      }
      record?.remove()
      for staging in stagings.values {
        Self.remove(staging.path)
        if staging.lock >= 0 { close(staging.lock) }
      }
      // Only empty ones go: another run may write there as well.
      for folder in folders.reversed() { rmdir(folder) }
      Self.open[ObjectIdentifier(self)] = nil
    }
  }

  private func locked<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    Self.gate.lock()
    defer { Self.gate.unlock() }
    if !isOver { Self.open[ObjectIdentifier(self)] = self }
    return try body()
  }

  // MARK: The end

  /// Undoes what has not been finished and lets nobody change a file any more: for an interruption,
  /// which ends the program.
  package static func undoAll() {
    gate.lock()
    for journal in open.values { journal.undo() }
  }

  /// Does something that no interruption may cut in two.
  package static func uninterrupted<Result>(_ body: () -> Result) -> Result {
    gate.lock()
    defer { gate.unlock() }
    return body()
  }
}
