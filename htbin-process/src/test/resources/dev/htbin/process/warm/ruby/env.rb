#!/usr/bin/env ruby
# frozen_string_literal: true
puts "a".frozen?, $0, ARGV
if __FILE__ == $0 then puts "main" end
