import Foundation

/// All outputs of a command: they appear together, or none does.
///
/// Files are written under temporary folders beside them and renamed by `commit`. What is no regular
/// file (a pipe, `/dev/stdout`) gets its bytes then, too. Links are written through. What is not
/// committed leaves nothing.
package final class Outputs {
  /// Who writes an output: one that is claimed by two is a mistake.
  package enum Writer: Hashable {
    case option
    /// What lies beside another output under a name of its own.
    case beside
    case folder(String)
  }
  private struct Entry {
    var target: OutputTarget
    var shown: String
    var writer: Writer
    /// nil: nothing has been written.
    var temporary: String?
    /// A pipe or device.
    var isStream: Bool
    /// Added to the end of what is there.
    var isAppended = false
  }

  private var entries: [Entry] = []
  private var places: [OutputTarget: Int] = [:]
  /// Older files that go, each with where it is kept until all is done.
  private var removals: [(target: OutputTarget, kept: String)] = []
  private let journal = OutputJournal()
  private var isOpen = true

  deinit { discard() }

  package init() {}

  /// Announces an output, so that a path that two share, or that is an input, is an error before
  /// there is anything to lose.
  package func claim(_ path: String, by writer: Writer = .option) throws(OutputError) {
    _ = try entry(path, writer)
  }

  /// Where to write what will be called `path`: it lies under `root` if the path leads there, too.
  package func temporaryPath(
    for path: String, by writer: Writer = .option, root: String? = nil
  ) throws(OutputError) -> String {
    precondition(isOpen, "the outputs are committed")
    let place = try entry(path, writer)
    if let known = entries[place].temporary { return known }
    let (folder, name) = location(of: entries[place], number: place, under: root)
    // Flat names keep the temporary folder free of subfolders; `%` keeps them distinct.
    let temporary =
      try journal.staging(in: folder, shown: root ?? path) + "/"
      + name.replacing("%", with: "%25").replacing("/", with: "%2F")
    entries[place].temporary = temporary
    return temporary
  }

  /// What will be called `path`, to be written; errors call it so already.
  package func file(_ path: String, by writer: Writer = .option) throws(OutputError) -> OutputFile {
    try OutputFile(path: temporaryPath(for: path, by: writer), name: path)
  }

  package func write(
    _ bytes: [UInt8], to path: String, by writer: Writer = .option
  ) throws(OutputError) {
    let file = try file(path, by: writer)
    try file.write(bytes)
    try file.close()
  }

  package func write(_ text: String, to path: String) throws(OutputError) {
    try write(Array(text.utf8), to: path)
  }

  /// Text for the end of a file that others add to as well.
  package func append(_ text: String, to path: String) throws(OutputError) {
    try write(text, to: path)
    if let place = places[try OutputTarget(path)] { entries[place].isAppended = true }
  }

  /// Takes an older file away when the outputs appear, unless it is one of them.
  package func remove(_ path: String, root: String) throws(OutputError) {
    let staging = try journal.staging(in: root, shown: path)
    removals.append((try OutputTarget(path), "\(staging)/removed%\(removals.count)"))
  }

  /// Makes the folder if there is none yet, so that it is known early whether it can be written.
  package func prepare(folder: String, shown: String) throws(OutputError) {
    _ = try journal.staging(in: folder, shown: shown)
  }

  // MARK: Claims

  private func entry(_ path: String, _ writer: Writer) throws(OutputError) -> Int {
    if path.hasSuffix("/") { throw OutputError.isAFolder(path: path) }
    let target = try OutputTarget(path)
    if let place = places[target] {
      let known = entries[place]
      if known.writer == writer { return place }
      throw OutputError.isOutput(path: path, other: known.shown)
    }
    let entry = Entry(
      target: target, shown: path, writer: writer, isStream: try Self.isStream(target, path))
    places[target] = entries.count
    entries.append(entry)
    if target == .descriptor(STDOUT_FILENO) {
      if let other = StandardStream.program {
        throw OutputError.isOutput(path: path, other: "what \(other) prints")
      }
      StandardStream.carriesOutput = true
    }
    return entries.count - 1
  }

  /// Checks what is there; false: a file, or nothing.
  private static func isStream(_ target: OutputTarget, _ path: String) throws(OutputError) -> Bool {
    guard case .file(let name) = target else { return true }
    var status = stat()
    guard lstat(name, &status) == 0 else { return false }
    switch status.st_mode & S_IFMT {
    case S_IFREG:
      try FileClaims.write(status, path)
      return false
    case S_IFDIR: throw OutputError.isAFolder(path: path)
    default: return true
    }
  }

  /// What was announced as an output and then given as an input is not replaced, whatever became of
  /// the error.
  private static func checkUnread(_ entry: Entry) throws(OutputError) {
    guard case .file(let name) = entry.target else { return }
    var status = stat()
    if lstat(name, &status) == 0 { try FileClaims.checkUnread(status, entry.shown) }
  }

  /// The folder beside which an output is staged, and its name there.
  private func location(
    of entry: Entry, number: Int, under root: String?
  ) -> (folder: String, name: String) {
    guard case .file(let path) = entry.target, !entry.isStream else {
      return (FileManager.default.temporaryDirectory.path, "\(number)")
    }
    let slash = path.lastIndex(of: "/") ?? path.startIndex
    let parent = slash == path.startIndex ? "/" : String(path[..<slash])
    if let root, path.hasPrefix(root + "/"), Self.isOneDevice(root, parent) {
      return (root, String(path.dropFirst(root.count + 1)))
    }
    return (parent, String(path[path.index(after: slash)...]))
  }

  /// Whether a folder lies in the same file system as one above it; one that is still to be made does.
  private static func isOneDevice(_ root: String, _ folder: String) -> Bool {
    var (first, second) = (stat(), stat())
    return stat(root, &first) != 0 || stat(folder, &second) != 0 || first.st_dev == second.st_dev
  }

  // MARK: The end

  /// Gives every file its name, replacing older ones, and pipes their bytes. On failure everything is
  /// as it was, but for what a pipe has taken.
  package func commit() throws(OutputError) {
    precondition(isOpen, "the outputs are committed")
    let written = entries.filter { $0.temporary != nil }
    var streams: [(entry: Entry, out: Int32, length: off_t?)] = []
    defer { for stream in streams { close(stream.out) } }
    do throws(OutputError) {
      for entry in written where !entry.isStream { try Self.checkUnread(entry) }
      for entry in written where entry.isStream || entry.isAppended {
        streams.append(try Self.open(entry))
      }
      try journal.publish(
        written.compactMap { entry in
          guard case .file(let target) = entry.target, let temporary = entry.temporary,
            !entry.isStream, !entry.isAppended
          else { return nil }
          return OutputJournal.Change(temporary: temporary, target: target, shown: entry.shown)
        },
        removing: removals.compactMap { target, kept in
          let isWritten = written.contains { $0.target == target }
          guard case .file(let path) = target, !isWritten else { return nil }
          return (path, kept)
        })
      for stream in streams { try Self.copy(stream.entry, to: stream.out) }
    } catch {
      for case (_, let out, let length?) in streams { _ = ftruncate(out, length) }
      discard()
      throw error
    }
    isOpen = false
    journal.finish()
  }

  /// Removes everything that was not committed.
  package func discard() {
    guard isOpen else { return }
    isOpen = false
    journal.undo()
  }

  /// Opens a pipe or a device, which may wait for its reader, or a file to add to, whose length it
  /// tells.
  private static func open(
    _ entry: Entry
  ) throws(OutputError) -> (entry: Entry, out: Int32, length: off_t?) {
    let out =
      switch entry.target {
      case .descriptor(let number): dup(number)
      case .file(let path):
        Foundation.open(
          path, O_WRONLY | O_CLOEXEC | (entry.isAppended ? O_APPEND | O_CREAT : 0), 0o666)
      }
    if out < 0 { throw OutputError(errno: errno, path: entry.shown) }
    var status = stat()
    let isFile = fstat(out, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    return (entry, out, entry.isAppended && isFile ? status.st_size : nil)
  }

  private static func copy(_ entry: Entry, to out: Int32) throws(OutputError) {
    guard let path = entry.temporary, let input = FileHandle(forReadingAtPath: path) else {
      throw OutputError(errno: ENOENT, path: entry.shown)
    }
    let isStandard = entry.target == .descriptor(STDOUT_FILENO)
    while let data = try? input.read(upToCount: 1 << 20), !data.isEmpty {
      try StandardStream.write(data, to: out, name: isStandard ? nil : entry.shown)
    }
  }
}
