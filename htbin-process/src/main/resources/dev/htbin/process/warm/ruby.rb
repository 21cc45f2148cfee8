# Serves a CGI script from a Ruby that has started already: each request is a fork of it. See python.py for the orders.
#
# Everything but the last line is in a lambda, so that a script finds no constants, methods or variables of this one.
->() do
  control = 3
  report_descriptor = 100
  prctl_dumpable = 4
  cmsg_cloexec = 0x40000000
  cloexec = 0x80000
  known_verbose = $VERBOSE
  calls = "SYSTEM_CALLS".split(" ").each_slice(2).to_h { |name, number| [name, number.to_i] }

  # Ruby has no other way to some of these without modules; it warns of this one.
  call = lambda do |name, *arguments|
    $VERBOSE = nil
    Kernel.syscall(calls.fetch(name), *arguments.map { |value| value.is_a?(String) ? [value].pack("P").unpack1("J") : value })
  rescue Errno::EINTR
    retry
  ensure
    $VERBOSE = known_verbose
  end
  close = ->(descriptor) { call.("close", descriptor) rescue nil }
  send_octets = ->(descriptor, octets) { call.("write", descriptor, octets, octets.bytesize) }
  say = ->(text) { send_octets.(1, "#{text}\n") }

  exactly = lambda do |descriptor, count|
    octets = "".b
    while octets.bytesize < count
      more = "\0".b * (count - octets.bytesize)
      got = call.("read", descriptor, more, more.bytesize)
      Process.exit!(0) if got == 0
      octets << more.byteslice(0, got)
    end
    octets
  end
  block = ->(descriptor) { exactly.(descriptor, exactly.(descriptor, 4).unpack1("N")).split("\0", -1)[0..-2] }
  word = lambda do |octets|
    text = octets.dup.force_encoding(Encoding.find("locale"))
    text.encoding == Encoding::US_ASCII && !text.ascii_only? ? text.b : text
  end
  file_name = ->(octets) { octets.dup.force_encoding(Encoding.find("filesystem")) }

  stamp = lambda do |path|
    status = File.stat(path)
    [status.dev, status.ino, status.size, status.mtime.to_r, status.ctime.to_r]
  rescue SystemCallError
    nil
  end
  entries = ->(directory) { Dir.children(directory) rescue [] }
  open_descriptors = -> { entries.("/proc/self/fd").select { |name| File.exist?("/proc/self/fd/#{name}") } }
  threads = -> { entries.("/proc/self/task").size }
  covered = ->(name, names) { names.any? { |other| name == other || name.start_with?("#{other}/") } }
  load_one = lambda do |name|
    require name
  rescue Exception # The script will see for itself.
    nil
  end

  # What an import before the request must not do.
  fault = lambda do |name, quiet|
    state = -> { [$LOAD_PATH.dup.reject { |place| place.start_with?(*Gem.path) }, ENV.to_h, Dir.pwd, $stdout, $stderr, $stdin, Signal.list.size] }
    was, opened, tasks = state.(), open_descriptors.(), threads.()
    load_one.(name)
    $stdout.flush
    next "it starts threads" if Thread.list.size > 1 || threads.() > tasks
    next "it opens descriptors" unless (open_descriptors.() - opened).empty?
    next "it writes output" if quiet.size > 0
    next "it changes $LOAD_PATH, ENV, the directory or a stream" if state.() != was
    begin
      Process.waitpid(-1, Process::WNOHANG)
      next "it starts processes"
    rescue Errno::ECHILD
      nil
    end
    ""
  end

  # A process of its own imports first: it may do what it wants, and crash.
  try = lambda do |wanted|
    reader, writer = IO.pipe
    child = fork do
      reader.close
      writer.sync = true
      quiet = File.open("/dev/shm", File::TMPFILE | File::RDWR) rescue quiet = nil
      [1, 2].each { |n| call.("dup3", quiet.fileno, n, 0) } if quiet
      wanted.each do |name|
        writer.puts "try #{name} -"
        why = fault.(name, quiet || "")
        writer.puts(why.empty? ? "yes #{name} -" : "not #{name} #{why}")
      end
    ensure
      Process.exit!(0)
    end
    writer.close
    trying, left_out = nil, {}
    reader.each_line(chomp: true) do |line|
      kind, name, why = line.split(" ", 3)
      trying = kind == "try" ? name : nil
      left_out[name] = why if kind == "not"
    end
    reader.close
    Process.waitpid(child)
    left_out[trying] = "it ends the interpreter" if trying
    left_out.each { |name, why| say.("left-out #{name} #{why}") }
    (trying ? wanted.take_while { |name| name != trying } : wanted) - left_out.keys
  end

  call.("prctl", prctl_dumpable, 0, 0, 0, 0)
  $PROGRAM_NAME = "ruby warm:SCRIPT_PATH"
  null = File.open("/dev/null")
  call.("dup3", null.fileno, 0, 0)
  null.close
  words = block.(control)
  script = file_name.(words.shift)
  directory = File.dirname(script)
  wanted = words.shift(words.shift.to_i).map(&file_name)
  excluded = words.map(&file_name)
  wanted.reject! { |name| covered.(name, excluded) }
  places = ($LOAD_PATH + Gem.path).map { |place| "#{place}/" }.reject { |place| place.start_with?("#{directory}/") }
  base = $LOADED_FEATURES.dup
  opened = open_descriptors.()
  wanted = try.(wanted) unless wanted.empty?
  wanted.each(&load_one)
  tops = ($LOADED_FEATURES - base).map { |path| File.basename(path, ".*") }
  files = $LOADED_FEATURES.select { |path| path.start_with?("/") }.to_h { |path| [path, stamp.(path)] }
  unless (open_descriptors.() - opened).empty? && Thread.list.size == 1
    say.("unfit threads or descriptors are open after the imports")
    Process.exit!(1)
  end

  # The script, compiled once for each of its versions; nothing if it has warnings, which each process gives itself.
  version, code, fit = nil, nil, false
  ready = lambda do
    now = stamp.(script)
    next false unless now && File.readable?(script) && call.("faccessat", -100, script + "\0", 1, 0) == 0
    if now != version
      said = false
      listener = Object.new
      listener.define_singleton_method(:write) { |*texts| said = true; texts.sum(&:bytesize) }
      errors, $stderr = $stderr, listener
      begin
        code = RubyVM::InstructionSequence.compile_file(script)
        fit = true
      rescue SyntaxError, SystemCallError
        fit = false
      ensure
        $stderr = errors
      end
      code = nil if said
      version = now
    end
    fit
  rescue SystemCallError
    false
  end

  # Whether an import would now find something else: something beside the script at once, new files within a second.
  beside, looked = nil, nil
  outdated = lambda do
    now = stamp.(directory)
    if now != beside
      if $LOAD_PATH.include?(directory) && entries.(directory).any? { |entry| tops.include?(File.basename(entry, ".*")) }
        say.("outdated a file beside the script has the name of a library")
        next true
      end
      beside = now
    end
    second = Process.clock_gettime(Process::CLOCK_MONOTONIC, :second)
    next false if looked == second
    looked = second
    changed = files.find { |path, known| stamp.(path) != known }
    say.("outdated #{changed[0]}") if changed
    !changed.nil?
  end

  # The next order's descriptors; nothing if they are not all there.
  receive = lambda do
    order, space = "\0".b * 5, "\0".b * 64
    vector = [order, order.bytesize].pack("PQ")
    message = [0, 0, vector, 1, space, space.bytesize, 0].pack("QLx4PQPQlx4")
    got = call.("recvmsg", control, message, cmsg_cloexec)
    Process.exit!(0) if got == 0
    length, flags = message.unpack("QLx4QQQQl").values_at(5, 6)
    next nil if length < 16
    size, level, kind = space.unpack("Qll")
    descriptors = space.byteslice(16, size - 16).unpack("l*")
    next [*order.unpack("Na"), descriptors] if (flags & 8) == 0 && level == 1 && kind == 1 && descriptors.size >= 5
    descriptors.each(&close)
    nil
  end

  become = lambda do |between, length, asks, descriptors|
    stdin, stdout, stderr, working, channel, report = descriptors
    Process.setsid
    call.("dup3", stdin, 0, 0)
    call.("dup3", stdout, 1, 0)
    call.("dup3", stderr, 2, 0)
    call.("fchdir", working)
    path, count, *rest = exactly.(channel, length).byteslice(4..).split("\0", -1)[0..-2]
    $PROGRAM_NAME = file_name.(path)
    ARGV.replace(rest.shift(count.to_i).map(&word))
    ENV.clear
    rest.each { |variable| name, value = variable.split("=", 2); ENV[word.(name)] = word.(value) }
    srand
    # A Landlock domain below the interpreter's, which handles no access and scopes signals: see python.py.
    scope = [0, 0, 2].pack("Q3")
    ruleset = call.("landlock_create_ruleset", scope, scope.bytesize, 0) rescue -1
    if ruleset >= 0
      call.("landlock_restrict_self", ruleset, 0) rescue nil
      close.(ruleset)
    end
    call.("prctl", prctl_dumpable, 1, 0, 0, 0)
    deadline = Process.clock_gettime(Process::CLOCK_MONOTONIC) + 2
    while Process.ppid == between
      Process.exit!(1) if Process.clock_gettime(Process::CLOCK_MONOTONIC) > deadline
      Thread.pass
    end
    begin
      send_octets.(channel, [Process.pid].pack("N"))
      Process.exit!(0) if asks == "?" && exactly.(channel, 1) != "!"
    rescue SystemCallError # The server has waited for too long.
      Process.exit!(0)
    end
    call.("dup3", report, report_descriptor, cloexec) if report
    [control, *descriptors].each(&close)
    !report.nil?
  end

  GC.start
  say.("ready #{RUBY_VERSION}")
  between, length, asks, descriptors = loop do
    length, asks, descriptors = receive.()
    next unless descriptors
    if ready.()
      Process.exit!(0) if outdated.()
      between = fork rescue -1
      if between.nil?
        between = Process.pid
        child = fork rescue Process.exit!(1)
        Process.exit!(0) if child
        break between, length, asks, descriptors
      end
      Process.waitpid(between) if between > 0
    end
    descriptors.each(&close)
  end
  known = $LOADED_FEATURES.dup
  reports = become.(between, length, asks, descriptors)
  if reports
    process = Process.pid
    at_exit do
      if Process.pid == process
        names = ($LOADED_FEATURES - known).select { |path| path.start_with?(*places) && !path.start_with?("#{directory}/") }
        text = names.join("\n").b.byteslice(0, 60 << 10)
        send_octets.(report_descriptor, text) rescue nil
        close.(report_descriptor)
      end
    end
  end
  source = File.binread(script)
  if (mark = source =~ /^__END__\r?(?:\n|\z)/n)
    data = File.open(script)
    data.seek(mark + $&.bytesize)
    Object.const_set(:DATA, data)
  end
  own_name, process = __FILE__, Process.pid
  at_exit do
    # What is printed of an exception ends with the script.
    error = Process.pid == process ? $! : nil
    while error
      lines = error.backtrace
      shown = lines&.take_while { |line| !line.start_with?("#{own_name}:") }
      error.set_backtrace(shown) if shown && shown.size < lines.size
      error = error.cause
    end
  end
  code || RubyVM::InstructionSequence.compile_file(script)
end.().eval
