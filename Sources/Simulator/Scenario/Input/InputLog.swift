/// Collects what is wrong, so that all errors of an input are told at once.
final class InputLog {
  private(set) var diagnostics: [Diagnostic] = []

  /// Whether more is wrong than anybody is shown: nearest names need not be looked for any more.
  var isLong: Bool { diagnostics.count >= 1_000 }

  func add(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }

  func add(_ place: Place, _ message: String, hint: String? = nil) {
    add(Diagnostic(place, message, hint: hint))
  }

  /// An unknown name, with the nearest known one.
  func unknown(_ what: String, _ name: String, at place: Place, among known: [String]) {
    let hint = isLong ? nil : NearestName.hint(for: name, among: known)
    add(place, "unknown \(what) '\(name)'", hint: hint)
  }

  /// Throws everything collected, if there is anything.
  func throwIfAny() throws(InputErrors) {
    if !diagnostics.isEmpty { throw InputErrors(diagnostics) }
  }
}
