/// What CI servers obey when they meet it in a log.
package enum LogCommands {
  /// The text with a space within each command: `::set-output` of GitHub where a line begins, and its
  /// `##[…]`, Azure's `##vso[…]` and TeamCity's `##teamcity[…]` anywhere.
  package static func inert(_ text: String) -> String {
    guard text.contains("::") || text.contains("##") else { return text }
    let lineBegins = /^(\s*):(?=:)/.anchorsMatchLineEndings().matchingSemantics(.unicodeScalar)
    let anywhere = /##(?=(vso|teamcity)?\[)/.matchingSemantics(.unicodeScalar)
    return text.replacing(lineBegins) { "\($0.1): " }.replacing(anywhere) { _ in "# #" }
  }
}
