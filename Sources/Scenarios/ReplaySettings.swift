/// What stands for the users, sessions and prompts that a log does not tell
/// (docs/semantics.md, "What a log does not tell").
package struct ReplaySettings: Hashable, Sendable {
  package enum Users: Hashable, Sendable {
    /// A request that names no user belongs to no account.
    case none
    /// All such requests are one account's.
    case shared
    /// Each is an account of its own.
    case request
    /// The session is the account.
    case session
    /// Each is one of so many accounts', drawn by their activity.
    case dealt(Int)
  }
  package enum Sessions: String, CaseIterable, Sendable {
    /// A request that names no session has none.
    case none
    /// All such requests of an account are one session.
    case user
  }

  package var users = Users.none
  package var sessions = Sessions.none
  /// As of a workload's calls.
  package var prompts = PromptRepetition.none
  /// Requests of a session repeat its earlier input, in blocks of so many tokens; nil: nothing is
  /// known of what they repeat.
  package var sessionBlock: Int64?
}
