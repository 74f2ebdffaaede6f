/// Collects what is wrong, so that all errors of an input are told at once.
final class InputLog {
  private(set) var diagnostics: [Diagnostic] = []

  func add(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }

  func add(_ place: Place, _ message: String, hint: String? = nil) {
    add(Diagnostic(place, message, hint: hint))
  }

  /// An unknown name, with the nearest known one.
  func unknown(_ what: String, _ name: String, at place: Place, among known: [String]) {
    add(place, "unknown \(what) '\(name)'", hint: NearestName.hint(for: name, among: known))
  }

  /// Throws everything collected, if there is anything.
  func throwIfAny() throws(InputErrors) {
    if !diagnostics.isEmpty { throw InputErrors(diagnostics) }
  }
}
