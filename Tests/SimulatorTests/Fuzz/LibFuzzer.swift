import Foundation

/// libFuzzer, where the tests are linked with it: `make fuzz`.
enum LibFuzzer {
  private typealias Input = @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
  private typealias Strings = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  private typealias Driver =
    @convention(c) (UnsafeMutablePointer<CInt>, UnsafeMutablePointer<Strings>, Input) -> CInt

  /// What is to be fuzzed, as `make fuzz` says.
  static let target = ProcessInfo.processInfo.environment["COSTSIM_FUZZ_TARGET"]
  /// For `input`, which C calls without a context.
  nonisolated(unsafe) private static var folder: FuzzFolder?

  /// Feeds damaged files to a target until the options say that it is enough, then ends the
  /// process; what breaks it is left in the current folder. Returns where there is no libFuzzer.
  static func run(_ target: FuzzTarget, options: [String]) throws {
    guard let symbol = dlsym(nil, "LLVMFuzzerRunDriver") else { return }
    folder = try FuzzFolder(target)
    let driver = unsafeBitCast(symbol, to: Driver.self)
    var count = CInt(options.count + 1)
    var arguments = (["costsim"] + options).map { strdup($0) } + [nil]
    arguments.withUnsafeMutableBufferPointer { arguments in
      guard var base = arguments.baseAddress else { return }
      _ = driver(&count, &base, input)
    }
  }

  private static let input: Input = { start, count in
    do {
      let bytes = UnsafeRawBufferPointer(start: start, count: count)
      _ = try LibFuzzer.folder?.outcome(of: bytes)
    } catch {
      fatalError("\(error)")
    }
    return 0
  }
}
