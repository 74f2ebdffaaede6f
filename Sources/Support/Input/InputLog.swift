/// Collects what is wrong, so that all errors of an input are told at once.
package final class InputLog {
  /// More than anybody reads; what comes after them is only counted.
  private static let kept = 1_000

  package private(set) var diagnostics: [Diagnostic] = []
  /// How much is wrong, with what was not kept.
  package private(set) var count = 0

  /// Whether more is wrong than anybody is shown: nearest names need not be looked for any more.
  package var isLong: Bool { count >= InputLog.kept }

  /// What an error of an override probably comes from, by its line; `Overrides` says so.
  package var overrideHints: [Int: () -> String?] = [:]

  package init() {}

  package func add(_ diagnostic: Diagnostic) {
    count += 1
    guard diagnostics.count < InputLog.kept else { return }
    var diagnostic = diagnostic
    if diagnostic.fileOrder == SourceFile.overrideOrder, let line = diagnostic.line,
      let hint = overrideHints[line]?()
    {
      diagnostic.hint = hint
    }
    diagnostics.append(diagnostic)
  }

  /// Counts what another log has not kept.
  package func add(notKept: Int) { count += notKept }

  package func add(_ place: Place, _ message: String, hint: String? = nil) {
    add(Diagnostic(place, message, hint: hint))
  }

  /// An unknown name, with the nearest known one.
  package func unknown(_ what: String, _ name: String, at place: Place, among known: [String]) {
    let hint = isLong ? nil : NearestName.hint(for: name, among: known)
    add(place, "unknown \(what) '\(name)'", hint: hint)
  }

  /// Throws everything collected, if there is anything.
  package func throwIfAny() throws(InputErrors) {
    if count > 0 { throw InputErrors(diagnostics, notKept: count - diagnostics.count) }
  }
}
