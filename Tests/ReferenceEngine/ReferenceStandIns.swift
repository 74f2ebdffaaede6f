/// What stands for the users, sessions and prompts that a log does not tell, row by row in order of
/// time.
public struct ReferenceStandIns {
  public enum Users { case none, shared, request, session, dealt }
  public enum Prompts {
    case none, unique
    case pool(perUser: Bool)
  }

  /// The draws of one call that are made where something is not told.
  public struct Draws {
    /// Among how many users it is dealt, from 0.
    public var user: Int
    /// Its place in the pool, from 0.
    public var prompt: Int

    public init(user: Int, prompt: Int) { (self.user, self.prompt) = (user, prompt) }
  }

  public var users = Users.none
  /// Requests of an account that name no session are one session.
  public var sessionIsUser = false
  public var prompts = Prompts.none
  /// Tokens of the blocks that requests of a session have in common.
  public var sessionBlock: Int64?

  private var accounts: [String] = []
  private var sessions: [String] = []
  private var sessionAccounts: [String] = []
  private var promptNames: [String] = []

  public init() {}

  /// The account as calls.csv names it; nil: none.
  mutating func account(of row: ReferenceLogRow, rank: Int, _ draws: Draws) -> String? {
    if let user = row.user { return user }
    switch users {
    case .none: return nil
    case .shared: return "(not told)"
    case .request: return "(request \(rank))"
    case .dealt: return "(user \(draws.user + 1))"
    case .session:
      return row.session.map { "(session \(Self.place(of: $0, in: &sessionAccounts) + 1))" }
    }
  }

  mutating func number(ofAccount name: String) -> Int { Self.place(of: name, in: &accounts) }

  /// A number that only equal prompts have.
  mutating func prompt(
    of row: ReferenceLogRow, rank: Int, account: String?, _ draws: Draws
  ) -> UInt64? {
    let name: String
    switch prompts {
    case _ where row.prompt != nil: name = "told " + (row.prompt ?? "")
    case .none: return nil
    case .unique: name = "new \(rank)"
    case .pool(perUser: false): name = "drawn \(draws.prompt)"
    case .pool(perUser: true):
      guard let account else { return nil }
      name = "drawn \(draws.prompt) of \(account)"
    }
    return UInt64(Self.place(of: name, in: &promptNames))
  }

  /// The blocks of the input that the session's requests have in common.
  mutating func blocks(of row: ReferenceLogRow, account: String?) -> [UInt64] {
    var session = row.session.map { "told " + $0 }
    if session == nil, sessionIsUser { session = account.map { "of " + $0 } }
    guard let size = sessionBlock, let session else { return [] }
    let first = UInt64(Self.place(of: session, in: &sessions) + 1) * 1_000_000
    return (0..<UInt64(row.input / size)).map { first + $0 }
  }

  private static func place(of name: String, in names: inout [String]) -> Int {
    if let known = names.firstIndex(of: name) { return known }
    names.append(name)
    return names.count - 1
  }
}
