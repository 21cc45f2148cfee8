module Beside
  NAME = "beside"
end
