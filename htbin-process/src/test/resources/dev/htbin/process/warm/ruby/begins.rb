#!/usr/bin/ruby
BEGIN { puts "begin" }
END { puts "end" }
puts "ä".length, __LINE__, __method__.inspect
