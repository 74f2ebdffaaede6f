import Foundation

/// Why results could not be written.
package enum OutputError: Error, Hashable, CustomStringConvertible {
  case notAFolder(path: String)
  case isAFolder(path: String)
  case notWritable(path: String, reason: String)
  case diskFull(path: String)
  case failed(path: String, reason: String)
  case isInput(path: String, input: String)
  case isOutput(path: String, other: String)
  /// Nobody reads the standard output any more.
  case closedPipe

  /// The error of a system call on `path`.
  package init(errno code: Int32, path: String) {
    let reason = String(cString: strerror(code))
    switch code {
    case ENOSPC, EDQUOT: self = .diskFull(path: path)
    case ENOTDIR: self = .notAFolder(path: path)
    case EISDIR: self = .isAFolder(path: path)
    case EACCES, EPERM, EROFS, ENOENT, ENAMETOOLONG, ELOOP:
      self = .notWritable(path: path, reason: reason)
    default: self = .failed(path: path, reason: reason)
    }
  }

  package init(_ error: SQLiteError, path: String) {
    self =
      error.isDiskFull ? .diskFull(path: path) : .failed(path: path, reason: error.description)
  }

  /// 2 where another folder would help, 1 where the machine failed.
  package var exitCode: Int32 {
    switch self {
    case .notAFolder, .isAFolder, .notWritable, .isInput, .isOutput: 2
    case .diskFull, .failed, .closedPipe: 1
    }
  }

  package var description: String {
    switch self {
    case .notAFolder(let path):
      "\(path): error: cannot write there: a part of the path is not a folder"
    case .isAFolder(let path): "\(path): error: cannot write the file: a folder has its name"
    case .notWritable(let path, let reason): "\(path): error: cannot write there: \(reason)"
    case .diskFull(let path): "\(path): error: the disk is full; nothing was written"
    case .failed(let path, let reason): "\(path): error: cannot write: \(reason)"
    case .isInput(let path, let input):
      "\(path): error: this is also an input ('\(input)'), expected an output of its own"
    case .isOutput(let path, let other):
      "\(path): error: this is also another output ('\(other)'), expected a path of its own"
    case .closedPipe: "standard output: error: nobody reads it"
    }
  }
}
