extension Quota {
  /// What may make a call wait.
  public enum Limit: String, Hashable, Sendable {
    /// The call booked before it on the target starts no earlier.
    case order
    case requests, tokens, audio, concurrent
  }

  /// When a call could start, for explanations.
  public struct Wait: Hashable, Sendable {
    /// The earliest start, whatever `maxWait` says.
    public var start: SimTime
    /// The limit that set the start; nil: it is not delayed.
    public var cause: Limit?
  }

  /// The start that `book` would find for such a call, and what delays it; books nothing.
  public func wait(at t: SimTime, tokens: Int64, audio: SimDuration) -> Wait {
    var wait = Wait(start: t, cause: nil)
    func delay(_ limit: Limit, to start: SimTime?) {
      guard let start, start > wait.start else { return }
      wait = Wait(start: start, cause: limit)
    }
    delay(.order, to: lastStart)
    delay(.requests, to: requestBucket?.earliest(1, from: wait.start, after: lastStart))
    delay(.tokens, to: tokenBucket?.earliest(tokens, from: wait.start, after: lastStart))
    delay(.requests, to: requestWindow?.earliest(1, from: wait.start))
    delay(.tokens, to: tokenWindow?.earliest(tokens, from: wait.start))
    delay(.audio, to: audioDay?.earliest(audio.microseconds, from: wait.start))
    delay(.concurrent, to: slots?.earliest(from: wait.start))
    return wait
  }
}
