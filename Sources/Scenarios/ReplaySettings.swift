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
  /// A session's request whose input is below that share of the one before repeats nothing of it but the
  /// prefix, and each model of a session has a chain of its own; nil: a session is one chain.
  package var sessionReset: Double?
  /// Tokens at which every prompt begins that logs tell blocks of, or that sessions are taken to repeat.
  package var prefix: Int64 = 0
}
